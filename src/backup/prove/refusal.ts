import { ClientFailure } from '../client/client-run';
import { sqlErrno } from '../../database/connection/errors';
import { tellsOfFullDisk } from '../server/disk-space';
import { lacksRight } from '../server/sql-rights';
import { UnsoundBackup } from '../core/errors';
import { StoppedHalfway } from '../load/load-dump';

/**
 * Errors that tell of the server, its disk, its limits or the connection, and nothing of the file. All others are the
 * file's own fault: it is restored on a server of its own family that is at least as new.
 */
const OF_THE_SERVER = new Set([
  // Files and disks, and tables and logs of the server itself that are broken.
  1006, 1016, 1021, 1023, 1024, 1026, 1030, 1034, 1114, 1194, 1195, 1545, 1546, 1547, 1548, 1878,
  // Memory, connections, threads.
  1037, 1038, 1040, 1041, 1042, 1043, 1129, 1130, 1135, 1152, 1153, 1154, 1155, 1156, 1157, 1158, 1159, 1160, 1161,
  1203, 1226, 1637, 3170,
  // Shut down, killed, timed out, lost a conflict, dropped out of its cluster.
  1047, 1053, 1080, 1205, 1206, 1213, 1317, 1927, 1969, 3024, 3169, 4031,
  // Read-only, or without an engine, a plugin, a time zone or a scheduler that the file asks for.
  1036, 1286, 1290, 1298, 1524, 1577, 1792, 1836,
]);

/** What a client reports of its connection: lost, refused, or a packet that is too large. */
const isOfTheConnection = (number: number): boolean => number >= 2000 && number < 3000;

/** Whether an error tells of what the file holds, and would come again on every other server. */
export function isFilesFault(error: unknown): boolean {
  if (error instanceof StoppedHalfway || error instanceof UnsoundBackup) return true;
  if (lacksRight(error)) return false;
  if (error instanceof ClientFailure) {
    // Only what happened at a line of the file: not a client that was killed, or that could not start.
    const isAtLine = /\bat line \d+\b/.test(error.message);
    return isAtLine && !tellsOfFullDisk(error) && !error.sqlErrors.some(isOfTheServer);
  }
  const errno = sqlErrno(error);
  return errno !== undefined && !isOfTheServer(errno) && !tellsOfFullDisk(error);
}

function isOfTheServer(number: number): boolean {
  return OF_THE_SERVER.has(number) || isOfTheConnection(number);
}
