import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildSchema, isEnumType, isInputObjectType, isObjectType, isScalarType, isSpecifiedScalarType } from 'graphql';
import { format, resolveConfig } from 'prettier';

// node scripts/api-docs.mjs: writes docs/api.md from the committed schemas. A test holds it true.
const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const OUTPUT = at('../docs/api.md');
const ROOTS = { Query: 'Queries', Mutation: 'Mutations' };

const INTRODUCTION = `# The API

<!-- Generated from schema/*.graphql by scripts/api-docs.mjs: do not edit. -->

Two GraphQL schemas over HTTP: [schema/public.graphql](../schema/public.graphql) at \`/graphql\`, and at \`/admin/graphql\`,
for administrators alone, the same and [more](../schema/admin.graphql): that is marked **admin** here. Sign in with \`login\` and
send the token as \`Authorization: Bearer TOKEN\`; it lasts an hour. [examples](../examples/README.md) has clients.

An error has a code in \`extensions.code\`, one of those [below](#errors), and a message of one sentence. \`BAD_USER_INPUT\`
has \`extensions.field\` too: the argument that is wrong, or the field of it, such as \`input.vin\`.

Every mutation that moves or makes something takes an \`idempotencyKey\`: 1 to 200 printable ASCII characters without a space that the
client makes up for one request, such as a UUID. Sent again with the same input, it changes nothing and answers with what
the first request made, as it is now: for good, also after a restart and from another server. So an answer that was lost, or \`OUTCOME_UNKNOWN\`, is settled by sending the same request
with the same key once more. The same key with another input is refused with \`IDEMPOTENCY_KEY_REUSED\`.
`;

const CODES = 'ErrorCode';

/** From the descriptions that src/resolvers/types/error-code.ts makes. */
function errorTable(type) {
  const rows = type.getValues().map(({ name, description }) => {
    const [, fault, retry, action] = /^Fault: the (\w+)'s\. Retry: ([\w ]+)\. (.*)$/s.exec(description);
    return `| ${code(name)} | the ${fault}'s | ${retry} | ${oneLine(action)} |`;
  });
  return [
    '## Errors',
    oneLine(type.description),
    ['| code | whose fault | retry | what to do |', '| --- | --- | --- | --- |', ...rows].join('\n'),
  ];
}

const oneLine = (text) => (text ?? '').replace(/\s+/g, ' ').replaceAll('|', '\\|').trim();
const code = (text) => `\`${String(text).replaceAll('|', '\\|')}\``;

/** What docs/api.md must be. */
export async function generate() {
  const [open, admin] = ['public', 'admin'].map((name) =>
    buildSchema(readFileSync(at(`../schema/${name}.graphql`), 'utf8')),
  );
  const isNew = (type, field) => {
    const known = open.getType(type);
    return known === undefined || (field !== undefined && !(field in known.getFields()));
  };
  const mark = (isForAdmins) => (isForAdmins ? ' **admin**' : '');
  const types = Object.values(admin.getTypeMap()).filter(({ name }) => !name.startsWith('__'));
  const parts = [INTRODUCTION];

  for (const [root, title] of Object.entries(ROOTS)) {
    parts.push(`## ${title}`);
    for (const field of Object.values(admin.getType(root).getFields())) {
      parts.push(`### ${field.name}`, `${code(field.type)}${mark(isNew(root, field.name))}`, field.description ?? '');
      if (field.args.length > 0) parts.push(...table('argument', field.args));
    }
  }
  const rest = types.filter(({ name }) => !(name in ROOTS)).sort((a, b) => a.name.localeCompare(b.name));
  parts.push(...errorTable(admin.getType(CODES)));
  parts.push('## Types');
  for (const type of rest.filter((each) => isObjectType(each) || isInputObjectType(each))) {
    parts.push(`### ${type.name}`, (type.description ?? '') + mark(isNew(type.name)));
    const isMarked = (field) => !isNew(type.name) && isNew(type.name, field);
    parts.push(...table('field', Object.values(type.getFields()), isMarked));
  }
  parts.push('## Enums');
  for (const type of rest.filter((each) => isEnumType(each) && each.name !== CODES)) {
    parts.push(`### ${type.name}`, (type.description ?? '') + mark(isNew(type.name)));
    parts.push(
      type
        .getValues()
        .map(({ name, description }) => `- ${code(name)}${description ? `: ${oneLine(description)}` : ''}`)
        .join('\n'),
    );
  }
  parts.push('## Scalars');
  for (const type of rest.filter((each) => isScalarType(each) && !isSpecifiedScalarType(each))) {
    parts.push(`### ${type.name}`, type.description ?? '');
  }
  return format(parts.join('\n\n'), { ...(await resolveConfig(OUTPUT)), filepath: OUTPUT });

  function table(title, fields, isMarked = () => false) {
    const rows = fields.map((field) => {
      const fallback = field.defaultValue === undefined ? '' : ` Default: ${code(JSON.stringify(field.defaultValue))}.`;
      return `| ${code(field.name)} | ${code(field.type)} | ${oneLine(field.description)}${fallback}${mark(isMarked(field.name))} |`;
    });
    return [[`| ${title} | type | |`, '| --- | --- | --- |', ...rows].join('\n')];
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv[2] === '--print') process.stdout.write(await generate());
  else writeFileSync(OUTPUT, await generate());
}
