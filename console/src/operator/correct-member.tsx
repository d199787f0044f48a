import { type ReactElement, type SyntheticEvent, useState } from 'react';
import type { MemberRowFragment, UpdateMemberMutationVariables } from '../api/pool-operations';
import { FormProblem, isAbout } from '../ui/form';
import { Fold } from './fold';
import { Line } from './vehicle-fields';
import { isOpen, send, type Write } from './write';

interface CorrectMemberProps {
  member: MemberRowFragment;
  update: Write<UpdateMemberMutationVariables>;
}

/** Corrects the name and the email of an account. */
export function CorrectMember({ member, update }: CorrectMemberProps): ReactElement {
  // Only what somebody typed is kept: what a colleague corrects meanwhile shows, and is not set back.
  const [ownChanges, setChanges] = useState<{ name?: string; email?: string }>({});
  const { name, email } = update.sent?.input ?? ownChanges;
  const changes = { ...(name == null ? {} : { name }), ...(email == null ? {} : { email }) };
  const { error, isPending } = update;
  const about = (field: string, codes: readonly string[] = []): string | null =>
    isAbout(error, field, codes) ? (error?.message ?? null) : null;
  const problems = { name: about('name'), email: about('email', ['EMAIL_ALREADY_EXISTS']) };
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (update.sent !== null) {
      send(update, update.sent);
      return;
    }
    const given = (['name', 'email'] as const).filter((field) => (changes[field] ?? member[field]) !== member[field]);
    if (given.length === 0) return;
    send(update, { input: { id: member.id, ...Object.fromEntries(given.map((field) => [field, changes[field]])) } });
  };
  return (
    <Fold summary="Correct the name or the email" write={update}>
      <form className="form" onSubmit={submit} noValidate>
        <fieldset className="fields" disabled={isOpen(update)}>
          <Line
            label="Name"
            value={changes.name ?? member.name}
            problem={problems.name}
            most={200}
            onChange={(name) => {
              setChanges({ ...changes, name });
            }}
          />
          <Line
            label="Email"
            type="email"
            value={changes.email ?? member.email}
            problem={problems.email}
            most={254}
            onChange={(email) => {
              setChanges({ ...changes, email });
            }}
          />
        </fieldset>
        {problems.name === null && problems.email === null && <FormProblem problem={error} onLeave={update.leave} />}
        <div>
          <button type="submit" className="button" aria-disabled={isPending}>
            {isPending ? 'Correcting …' : 'Correct it'}
          </button>
        </div>
      </form>
    </Fold>
  );
}
