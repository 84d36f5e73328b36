import { jest } from '@jest/globals'

// `testTimeout` works for a whole run, not for one project.
jest.setTimeout(120_000)
