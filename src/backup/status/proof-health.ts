import { type Acknowledgement, type Finding, findingId } from '../../values/finding';
import { reasonOf } from '../core/errors';
import type { BackupSettings } from '../core/settings';
import { isGood } from '../files/coverage';
import { labelOf, type LabelledBackup, type ProofPlace } from '../files/proofs';

/** What the labels of the files tell of today's history. */
export interface ProofHealth {
  /** Why not all is well, in one sentence. */
  problem: string | null;
  /** The same, where it is that a file is DAMAGED: so it covers nothing, which tells why operations are in no backup. */
  damage: string | null;
  /** What the newest judged file found, and nobody has acknowledged. */
  findings: Finding[];
  acknowledgedFindings: Acknowledgement[];
  /** The newest file is to be proven, or to be replaced. */
  isProofDue: boolean;
  /** What the last proof leaves unproven, in one sentence. */
  note: string | null;
}

export interface ProofSituation {
  /** The files of today's history, newest first. */
  files: readonly LabelledBackup[];
  verify: BackupSettings['verify'];
  acknowledged: readonly Acknowledgement[];
  /** Why the last try came to no verdict. */
  failure: string | null;
  /** Before this nobody could have proven anything. */
  since: Date;
  now: Date;
}

const LEAST_LIMIT_MS = 60_000;
const TIMES_THE_LAST = 4;
/** A restore takes longer than its dump; for a file before the first proof nothing else tells how long. */
const TIMES_THE_DUMP = 40;
const LAST_PROOFS = 5;

/** @returns what is to be told of the proofs; the worst comes first */
export function proofHealth(situation: ProofSituation): ProofHealth {
  const { files, verify, acknowledged, failure } = situation;
  const [newest] = files;
  const judged = files.find((file) => ['PROVEN', 'UNSOUND'].includes(labelOf(file)));
  const found = (judged?.proof?.findings ?? []).map((finding) => ({ id: findingId(finding), finding }));
  const known = new Map(acknowledged.map((each) => [each.id, each]));
  const findings = found.filter(({ id }) => !known.has(id));
  const acknowledgedFindings = found.flatMap(({ id }) => known.get(id) ?? []);
  const isProofDue =
    newest !== undefined && (!isGood(newest) || (labelOf(newest) === 'UNPROVEN' && verify === 'restore'));
  const damage = damageOf(situation);
  const problem =
    damage ??
    unsoundness(judged, findings) ??
    (isProofDue && failure !== null ? `The newest backup is not proven yet: ${failure}` : null) ??
    overdue(situation);
  const note = noteOf(situation, judged?.proof?.place ?? null);
  return { problem, damage, findings, acknowledgedFindings, isProofDue, note };
}

/** A DAMAGED file that nothing has followed yet that restores; where nothing is restored, that is good. */
function damageOf({ files, verify }: ProofSituation): string | null {
  const followed = files.findIndex((file) => isGood(file) && (labelOf(file) !== 'UNPROVEN' || verify === 'checksum'));
  const damaged = files.slice(0, followed === -1 ? files.length : followed).find((file) => !isGood(file));
  if (damaged === undefined) return null;
  return `The backup ${damaged.filename} is damaged and covers nothing: ${reasonOf(damaged.proof?.problem)}.`;
}

function unsoundness(judged: LabelledBackup | undefined, findings: readonly Finding[]): string | null {
  const [first, ...more] = findings;
  if (judged === undefined || first === undefined) return null;
  const further = more.length === 0 ? '' : `, and ${more.length} more`;
  return (
    `The backup ${judged.filename} restores, but the ledger breaks a rule: ${reasonOf(first.finding)}${further} ` +
    `(npm run ledger:check lists all; what is meant, npm run ledger:acknowledge -- ${first.id} --reason TEXT tells).`
  );
}

/** What is stored must be proven within a few times what the last proofs took, and no sooner than after a minute. */
function overdue({ files, verify, since, now }: ProofSituation): string | null {
  if (verify === 'checksum') return null;
  const judgedAt = files.findIndex((file) => ['PROVEN', 'UNSOUND'].includes(labelOf(file)));
  const waiting = files.slice(0, judgedAt === -1 ? files.length : judgedAt).filter(isGood);
  const first = waiting.at(-1);
  if (first === undefined) return null;
  const proofs = files.flatMap(({ proof }) => (proof === null ? [] : [proof.durationMs])).slice(0, LAST_PROOFS);
  const limitMs =
    proofs.length === 0
      ? Math.max(LEAST_LIMIT_MS, TIMES_THE_DUMP * first.durationMs)
      : Math.max(LEAST_LIMIT_MS, TIMES_THE_LAST * Math.max(...proofs));
  const waitedMs = now.getTime() - Math.max(first.createdAt.getTime(), since.getTime());
  if (waitedMs <= limitMs) return null;
  return (
    `The backup ${first.filename} has waited for its proof for ${Math.round(waitedMs / 1000)} s, longer than ` +
    `${Math.round(limitMs / 1000)} s: npm run db:verify makes one now and says what is in the way.`
  );
}

function noteOf({ verify }: ProofSituation, place: ProofPlace | null): string | null {
  if (verify === 'checksum') {
    return 'Backups are not proven: with BACKUP_VERIFY=checksum only their completeness and their hash are checked.';
  }
  if (place !== 'SCRATCH_DATABASE') return null;
  return (
    'The last proof restored the file beside the live database, under another name: what a new server would need ' +
    'beyond the file, that does not prove.'
  );
}
