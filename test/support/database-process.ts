/**
 * Whether that command line is a MariaDB server's: by the program's own name or, where its C library is another than
 * the machine's, by that library's loader ("ld-linux.so --library-path FOLDER PROGRAM ...").
 */
export function isMariaDbServer(command: readonly string[]): boolean {
  const [first = ''] = command;
  const program = /\/ld-linux[^/]*$/.test(first) ? (command[3] ?? '') : first;
  return program.endsWith('mariadbd');
}
