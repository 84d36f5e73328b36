import { EventEmitter } from 'node:events'

/** The arguments of each event, by its name. */
type ArgumentsOf<Events> = { [Name in keyof Events]: unknown[] }

/** Node's emitter, on which a misspelt event is a type error: `EventEmitter<Events>` of `@types/node` takes any name. */
export class StrictEmitter<Events extends ArgumentsOf<Events>> extends EventEmitter {
  override on<Name extends keyof Events & string> (event: Name, listener: (...args: Events[Name]) => void): this {
    return super.on(event, listener as (...args: unknown[]) => void)
  }

  override once<Name extends keyof Events & string> (event: Name, listener: (...args: Events[Name]) => void): this {
    return super.once(event, listener as (...args: unknown[]) => void)
  }

  override off<Name extends keyof Events & string> (event: Name, listener: (...args: Events[Name]) => void): this {
    return super.off(event, listener as (...args: unknown[]) => void)
  }
}
