// What the scripts beside have in common: one call, as JSON on standard input, and its outcome.
import { webcrypto } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { stdin } from 'node:process';

globalThis.crypto ??= webcrypto; // Node.js 18, whose own is not global

/** Prints what `call` makes of the input: {"result"} or, if it throws, {"refused"}. */
export async function answer(call) {
  const input = JSON.parse(await text(stdin));
  let outcome;
  try {
    outcome = { result: (await call(input)) ?? null };
  } catch (problem) {
    outcome = { refused: describe(problem) };
  }
  console.log(JSON.stringify(outcome));
}

function describe(problem) {
  const challenges = Array.isArray(problem.cause) ? problem.cause : [];
  return {
    name: problem.name,
    code: problem.code,
    error: problem.error,
    status: problem.status,
    schemes: challenges.map(({ scheme }) => scheme),
    message: `${problem.message}`,
  };
}
