import { bytesToHex, equalBytes, utf8 } from '@dinemic/core'
import { nativeProvider as provider } from '@dinemic/core/native'
import { badArguments, readArguments } from './arguments.js'
import { examine } from './examine.js'
import type { Examination } from './examine.js'
import { bytes, counted, firstOf, table } from './layout.js'
import type { Outcome } from './outcome.js'

/** Something to know about a store. A problem needs somebody; a note doesn't. */
interface Finding { readonly is: 'problem' | 'note', readonly what: string, readonly todo: string, readonly where?: readonly string[] }

/** `dinemic doctor <path>` */
export async function doctor (args: readonly string[]): Promise<Outcome> {
  const { positionals: [path, ...others], values } = readArguments('doctor', args, { network: { type: 'string' } })
  if (path === undefined || others.length > 0) throw badArguments('doctor', `it takes one directory and was given ${args.length === 0 ? 'none' : others.length + 1}.`)
  const examination = await examine(path)
  const findings = [...findingsOf(examination, values.network)]
  return {
    text: [describe(examination), ...findings.map(describeFinding), ...findings.length === 0 ? ['All is well.'] : []].join('\n\n'),
    data: { ...examination, network: examination.network === undefined ? null : bytesToHex(examination.network), findings },
    isWell: findings.every(({ is }) => is === 'note')
  }
}

function * findingsOf ({ network, stoppedWell, models, masked, missing, forks, damaged, pendingHooks }: Examination, name: string | undefined): Generator<Finding> {
  if (network === undefined) yield { is: 'note', what: 'No node has started on this store yet.', todo: 'Start one: Node.start({ path, … }).' }
  if (name !== undefined && network !== undefined && !equalBytes(network, provider.sha256(utf8(name)))) {
    yield { is: 'problem', what: `It belongs to another network than '${name}'.`, todo: 'Start its node with the network\'s first name, or give that node another path.' }
  }
  if (damaged.length > 0) {
    yield { is: 'problem', what: `${counted(damaged.length, 'object')} can't be read.`, todo: 'Restore a backup of the directory, or start with an empty one and let the peers send what they have; keys that are nowhere else are lost with it.', where: damaged.map(({ object, problem }) => `${object}: ${problem}`) }
  }
  const pending = models.reduce((sum, model) => sum + model.pending, 0)
  if (missing.length > 0 || pending > 0) {
    yield { is: 'problem', what: `${counted(missing.length, 'update')} that others point to ${missing.length === 1 ? 'is' : 'are'} missing, and ${counted(pending, 'update')} that ${pending === 1 ? 'is' : 'are'} here ${pending === 1 ? 'does' : 'do'} not count.`, todo: 'Connect the node to a peer that has them: it asks each peer by itself, and node.status.missing says what nobody has.', where: missing.map(({ object, update }) => `${update} of ${object}`) }
  }
  const incomplete = models.reduce((sum, model) => sum + model.incomplete, 0)
  if (incomplete > 0) yield { is: 'note', what: `${counted(incomplete, 'object')} can't be shown yet: the first update hasn't come.`, todo: 'Connect the node to a peer that has it.' }
  if (forks.length > 0) {
    yield { is: 'problem', what: `${counted(forks.length, 'chain')} forked: one author wrote two updates at one place.`, todo: 'Both count. Look for a restored backup or a key on two devices that wrote apart; the owner can end a branch with $.revoke(who, { keep: [update] }).', where: forks.map(({ object, seq, updates }) => `${object} at ${seq}: ${updates.join(', ')}`) }
  }
  if (masked.length > 0) {
    yield { is: 'note', what: `${counted(masked.length, 'update')} ${masked.length === 1 ? 'is' : 'are'} hidden by before-hooks of this node.`, todo: 'If a hook was wrong, mend it and call node.unmask(update).', where: masked.map(({ object, update }) => `${update} of ${object}`) }
  }
  if (pendingHooks > 0) yield { is: 'note', what: `${counted(pendingHooks, 'after-hook')} ${pendingHooks === 1 ? 'is' : 'are'} still to be run.`, todo: 'The node runs them at its next start; its listeners must be in Node.start({ listeners }).' }
  if (!stoppedWell) yield { is: 'note', what: 'The last node on it did not stop: it was killed, or this is a copy of a directory in use.', todo: 'Nothing, for a kill: it asks its peers for its own updates before it writes. Two nodes on copies of one directory fork each other.' }
}

function describe ({ path, size, keys, network, models }: Examination): string {
  const name = network === undefined ? 'none yet' : `${bytesToHex(network).slice(0, 16)}… (SHA-256 of its name)`
  const rows = models.map(({ model, objects, removed, updates, pending, revoked, bytes: sum }) => [model, ...[objects, removed, updates, pending, revoked].map(count => count.toLocaleString('en')), bytes(sum)])
  return [
    `${path}: ${bytes(size)} on the disk`,
    `network: ${name}`,
    `private keys of objects: ${keys === 'encrypted' ? 'encrypted with a password' : keys.toLocaleString('en')}`,
    ...rows.length === 0 ? ['no objects'] : ['', table([['model', 'objects', 'removed', 'updates', 'pending', 'revoked', 'size'], ...rows])]
  ].join('\n')
}

function describeFinding ({ is, what, todo, where = [] }: Finding): string {
  return [`${is === 'problem' ? 'PROBLEM' : 'note'}: ${what}`, ...where.length === 0 ? [] : [firstOf(where)], `  → ${todo}`].join('\n')
}
