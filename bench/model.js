import { Entity, define } from '@dinemic/node'

/** One plain field and one encrypted. */
export class Person extends Entity {}
define(Person, 'Person', { name: {}, salary: { encrypted: true } })

/** Loopback only: a benchmark disturbs nobody. */
export const quiet = { network: 'bench', models: [Person], listen: ['/ip4/127.0.0.1/tcp/0'], discovery: false }
