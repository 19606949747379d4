// All deliberate bugs that `npm run test:mutants` tries, one after another.

import { archiveMutants } from './list-archive.ts'
import { archiveConnectionMutants } from './list-archive-connection.ts'
import { archiveDescentMutants } from './list-archive-descent.ts'
import { archiveLifeMutants } from './list-archive-life.ts'
import { archiveRowMutants } from './list-archive-rows.ts'
import { archiveServeMutants } from './list-archive-serve.ts'
import { archiveVerifyMutants } from './list-archive-verify.ts'
import { brokerMutants } from './list-broker.ts'
import { exportMutants } from './list-export.ts'
import { hostileMutants } from './list-hostile.ts'
import { logMutants } from './list-log.ts'
import { memberMutants } from './list-members.ts'
import { metricsMutants } from './list-metrics.ts'
import { originalMutants } from './list-original.ts'
import { replicaLogMutants } from './list-replica-log.ts'
import { replicationMutants } from './list-replication.ts'
import { storageMutants } from './list-storage.ts'
import { zooKeeperMutants } from './list-zookeeper.ts'
import type { Mutant } from './mutant.ts'

export const mutants: readonly Mutant[] = [
  ...logMutants,
  ...brokerMutants,
  ...originalMutants,
  ...storageMutants,
  ...replicaLogMutants,
  ...replicationMutants,
  ...archiveRowMutants,
  ...exportMutants,
  ...archiveMutants,
  ...archiveServeMutants,
  ...archiveVerifyMutants,
  ...archiveDescentMutants,
  ...archiveLifeMutants,
  ...archiveConnectionMutants,
  ...metricsMutants,
  ...zooKeeperMutants,
  ...hostileMutants,
  ...memberMutants,
]
