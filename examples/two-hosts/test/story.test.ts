import { expect, test } from '@jest/globals'
import { runStory, storyLines } from './run-story.js'

test('three processes tell the story, each step as it should be', async () => {
  const { code, lines } = await runStory()

  expect(lines).toEqual(storyLines())
  expect(code).toBe(0)
})
