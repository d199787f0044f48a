import { createHash } from 'node:crypto';
import type { Statement } from '../services/statement-service';
import { htmlText } from '../values/html';
import { isoTime } from '../values/iso-time';
import { formatCents } from '../values/money';
import { formatPercentage } from '../values/percentage';

/** Of the page alone: nothing is loaded from anywhere, so that it also prints from a saved file. */
const STYLE = `
body { font: 11pt/1.4 system-ui, sans-serif; color: #000; background: #fff; max-width: 60em; margin: 2em auto; padding: 0 1em; }
h1 { font-size: 1.5em; margin: 0 0 .3em; }
p { margin: 0 0 .2em; }
table { border-collapse: collapse; width: 100%; margin: 1.5em 0; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: bold; padding-bottom: .4em; }
th, td { text-align: left; padding: .25em .6em; border-bottom: 1px solid #999; }
td.number, th.number { text-align: right; white-space: nowrap; }
@page { margin: 18mm; }
@media print {
  body { margin: 0; padding: 0; max-width: none; font-size: 9.5pt; }
  thead { display: table-header-group; }
  tr { break-inside: avoid; }
}
`;

/** What a browser may do with the page: show it, with this very style. */
export const STATEMENT_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** What stands above the figures. */
interface Heading {
  /** As the account's owner gave it. */
  name: string;
  email: string;
  /** ISO 4217 code. */
  currency: string;
  at: Date;
}

/** A statement as a page to print: plain HTML, no script, and nothing from elsewhere. */
export function statementPage(statement: Statement, { name, email, currency, at }: Heading): string {
  const { from, to, opening, closing, openingPercentage, closingPercentage, lines } = statement;
  const sums = [
    ['Deposits', statement.deposits],
    ['Withdrawals', statement.withdrawals],
    ['Incomes', statement.incomes],
    ['Commissions', statement.commissions],
    ['Reversals', statement.reversals],
  ] as const;
  const title = `Statement of ${name}`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${htmlText(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${htmlText(title)}</h1>
<p>${htmlText(email)}</p>
<p>From ${isoTime(from)} until before ${isoTime(to)}. Amounts in ${htmlText(currency)}, shares in percent, times in UTC.</p>
<p>As of ${isoTime(at)}.</p>
<table>
<caption>Summary</caption>
<thead><tr><th scope="col"></th><th scope="col" class="number">Amount</th><th scope="col" class="number">Share</th></tr></thead>
<tbody>
${row(['Opening balance', formatCents(opening), formatPercentage(openingPercentage)])}
${sums.map(([what, amount]) => row([what, formatCents(amount), ''])).join('\n')}
${row(['Closing balance', formatCents(closing), formatPercentage(closingPercentage)])}
</tbody>
</table>
<table>
<caption>Bookings</caption>
<thead><tr><th scope="col">Time</th><th scope="col">Booking</th><th scope="col" class="number">Amount</th><th scope="col" class="number">Balance</th><th scope="col" class="number">Share</th></tr></thead>
<tbody>
${(lines ?? []).map((line) => bookingRow(line)).join('\n')}
</tbody>
</table>
</body>
</html>
`;
}

type Line = NonNullable<Statement['lines']>[number];

function bookingRow({ at, kind, amount, balance, percentage }: Line): string {
  const figures = [formatCents(amount), formatCents(balance), formatPercentage(percentage)];
  return `<tr><td>${isoTime(at)}</td><td>${kind ?? 'new share'}</td>${figures.map(figure).join('')}</tr>`;
}

const figure = (text: string): string => `<td class="number">${text}</td>`;

function row([what, ...figures]: readonly [what: string, ...figures: string[]]): string {
  return `<tr><th scope="row">${what}</th>${figures.map(figure).join('')}</tr>`;
}
