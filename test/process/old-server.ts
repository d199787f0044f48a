import { createServer, type Socket } from 'node:net';

const OK = Buffer.from([0, 0, 0, 2, 0, 0, 0]);
const END_OF_ROWS = Buffer.from([0xfe, 0, 0, 2, 0]);
const COM_QUERY = 3;

/**
 * A database server of a version that cannot be installed here: greets, lets everybody in, and answers every query
 * with its version, as the protocol of MySQL has it.
 */
export async function startOldServer(version: string): Promise<{ port: number; stop: () => void }> {
  const connections = new Set<Socket>();
  const server = createServer((socket) => {
    connections.add(socket);
    socket.on('error', () => undefined);
    send(socket, 0, greeting(version));
    let isSignedIn = false;
    socket.on('data', (packet) => {
      if (!isSignedIn) send(socket, 2, OK);
      else if (packet[4] === COM_QUERY) answer(socket, version);
      isSignedIn = true;
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as { port: number }).port,
    stop: () => {
      for (const connection of connections) connection.destroy();
      server.close();
    },
  };
}

function greeting(version: string): Buffer {
  const capabilities = 0x0008_a209;
  const fixed = Buffer.alloc(18);
  fixed.writeUInt16LE(capabilities & 0xffff, 0);
  fixed[2] = 45;
  fixed.writeUInt16LE(2, 3);
  fixed.writeUInt16LE(capabilities >>> 16, 5);
  fixed[7] = 21;
  return Buffer.concat([
    Buffer.from([10]),
    Buffer.from(`${version}\0`),
    Buffer.from([1, 0, 0, 0]),
    Buffer.from('12345678\0'),
    fixed,
    Buffer.from('123456789012\0mysql_native_password\0'),
  ]);
}

/** One row with one column of text. */
function answer(socket: Socket, value: string): void {
  const type = Buffer.from([0x0c, 45, 0, 64, 0, 0, 0, 253, 0, 0, 0, 0, 0]);
  const column = Buffer.concat([...['def', '', '', '', 'version', ''].map(lengthEncoded), type]);
  [Buffer.from([1]), column, END_OF_ROWS, lengthEncoded(value), END_OF_ROWS].forEach((packet, index) => {
    send(socket, index + 1, packet);
  });
}

function lengthEncoded(text: string): Buffer {
  return Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]);
}

function send(socket: Socket, sequence: number, payload: Buffer): void {
  const header = Buffer.alloc(4);
  header.writeUIntLE(payload.length, 0, 3);
  header[3] = sequence;
  socket.write(Buffer.concat([header, payload]));
}
