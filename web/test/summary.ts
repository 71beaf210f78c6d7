import type { Reporter, TestModule } from 'vitest/node';

/** Ends a run of vitest with the line that every check of the project ends with. */
export default class Summary implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const states = modules.flatMap((module) => [...module.children.allTests()].map((test) => test.result().state));
    const count = (state: string) => states.filter((other) => other === state).length;
    console.log(`${count('passed')} passed, ${count('failed')} failed`);
  }
}
