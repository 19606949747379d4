// All deliberate bugs that `npm run test:mutants` tries, one after another.

import { brokerMutants } from './list-broker.ts'
import { logMutants } from './list-log.ts'
import { storageMutants } from './list-storage.ts'
import type { Mutant } from './mutant.ts'

export const mutants: readonly Mutant[] = [...logMutants, ...brokerMutants, ...storageMutants]
