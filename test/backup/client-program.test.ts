import { findBinaryLogProgram } from '../../src/backup/client/client-program';
import { FakePrograms } from './fake-programs';

test("another family's program reads no binary log of MySQL, and the package that has its own is named", async () => {
  const programs = new FakePrograms();
  try {
    programs.add('mysqlbinlog', 'echo "mysqlbinlog from 10.11.19-MariaDB, client 3.5"');
    await expect(findBinaryLogProgram('mysql')).rejects.toThrow(
      'The program mysqlbinlog, which reads the binary log, is not installed: install the package mysql-server-core.',
    );
    programs.add('mysqlbinlog', 'echo "mysqlbinlog  Ver 9.7.4"');
    expect(await findBinaryLogProgram('mysql')).toMatchObject({ name: 'mysqlbinlog', family: 'mysql' });
  } finally {
    programs.remove();
  }
});
