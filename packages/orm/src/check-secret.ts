import { DinemicError, isDinemicError } from '@dinemic/core'

/**
 * Runs a check of what an encrypted field is to hold. Its error says where in the value the fault is, and on the way there
 * are keys of the user's own, which are as secret as the rest (R13).
 * @param where the field as users know it, such as `Person.salary`
 */
export function checkSecret<T> (where: string, check: () => T): T {
  try {
    return check()
  } catch (error) {
    const place = isDinemicError(error, 'ORM_BAD_VALUE') ? error.details.where : undefined
    if (typeof place !== 'string' || place === where || !place.startsWith(where)) throw error
    const text = (error as DinemicError).message.replace(place, () => `something inside ${where}, which is encrypted,`)
    throw new DinemicError('ORM_BAD_VALUE', text, { details: { where } }) // no cause: its text names the keys
  }
}
