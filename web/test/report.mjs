const counts = { passed: 0, failed: 0 };

/** Counts a check and prints it; `detail` says what was found. */
export function check(holds, name, detail = '') {
  counts[holds ? 'passed' : 'failed'] += 1;
  console.log(`${holds ? 'ok  ' : 'FAIL'} ${name}${detail === '' ? '' : `: ${detail}`}`);
  return holds;
}

/** Runs a group of checks; what it throws is a failed check of its name. */
export async function scenario(name, run) {
  console.log(`\n${name}`);
  try {
    await run();
  } catch (error) {
    check(false, name, error.stack ?? error);
  }
}

/** Prints the sum, and makes the program fail if a check has. */
export function finish() {
  console.log(`\n${counts.passed} passed, ${counts.failed} failed`);
  process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0;
}
