import TestRunner from 'jest-runner'

/** Runs its project's test files one after another in this process; other projects keep their workers. */
// Jest loads a runner by its default export.
export default class SerialRunner extends TestRunner {
  isSerial = true
}
