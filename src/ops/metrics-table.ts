export interface MetricSpec {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
}

const spec = (name: string, type: MetricSpec['type'], help: string, ...labels: string[]): MetricSpec => ({
  name,
  type,
  help,
  labels,
});

/**
 * Every metric of our own; docs/operations.md lists the same. Names and base units follow Prometheus' conventions:
 * seconds, bytes, `_total` for counters.
 */
export const METRICS = {
  sessionsLive: spec('rapport_sessions_live', 'gauge', 'Sessions that are open now.'),
  sessions: spec('rapport_sessions_total', 'counter', 'Sessions that ended, by reason.', 'reason'),
  sessionsDetached: spec(
    'rapport_sessions_detached',
    'gauge',
    'Of the open sessions, those that wait for their client.',
  ),
  resumes: spec(
    'rapport_session_resumes_total',
    'counter',
    'Connections resumed or taken over, and waits in vain.',
    'outcome',
  ),
  resultsUnacked: spec(
    'rapport_results_unacked',
    'gauge',
    'Results of open sessions that their clients have not acknowledged.',
  ),
  doorsOpen: spec('rapport_door_connections_open', 'gauge', 'Connections that are open now, by door.', 'door'),
  doorsEntered: spec('rapport_door_connections_total', 'counter', 'Connections let in, by door.', 'door'),
  doorRefusals: spec(
    'rapport_door_refusals_total',
    'counter',
    'Connections not let in, or closed for an error; a code is absent until its first.',
    'door',
    'code',
  ),
  doorFrames: spec('rapport_door_received_frames_total', 'counter', 'Messages that came, text or binary.', 'door'),
  doorBytes: spec('rapport_door_received_bytes_total', 'counter', 'Bytes of these messages.', 'door'),
  mediaBytes: spec('rapport_media_bytes_total', 'counter', 'Payload of accepted media frames.', 'kind'),
  framesDropped: spec('rapport_frames_dropped_total', 'counter', 'Frames dropped by streams, by reason.', 'reason'),
  stages: spec('rapport_stage_seconds', 'histogram', 'Time that each stage took, one observation a call.', 'stage'),
  latency: spec(
    'rapport_assessment_latency_seconds',
    'histogram',
    'From the watermark passing the end of a window to its assessment on disk.',
  ),
  queueJobs: spec('rapport_inference_queue_jobs', 'gauge', 'Inference jobs that wait for a worker.'),
  queueBytes: spec('rapport_inference_queue_bytes', 'gauge', 'Input of the jobs that wait for a worker.'),
  workers: spec('rapport_inference_workers', 'gauge', 'Inference workers that can take jobs.'),
  quarantined: spec(
    'rapport_inference_quarantined_jobs',
    'gauge',
    'Jobs that are not run any more: they ended the process twice.',
  ),
  jobs: spec('rapport_inference_jobs_total', 'counter', 'Inference jobs that came back.', 'kind', 'outcome'),
  windows: spec('rapport_windows_total', 'counter', 'Windows with a result.', 'outcome'),
  lateness: spec(
    'rapport_pressure_lateness_seconds',
    'gauge',
    'Lateness of live assessments, p95 of the last 2 s: what shedding goes by.',
  ),
  shedSteps: spec('rapport_shed_step', 'gauge', '1 while the step of shedding is in force.', 'step'),
  shedTaken: spec('rapport_shed_steps_taken_total', 'counter', 'How often the step was taken.', 'step'),
  outboxPending: spec('rapport_outbox_pending_bytes', 'gauge', 'Results that wait for the disk.'),
  outboxOldestPending: spec(
    'rapport_outbox_oldest_pending_seconds',
    'gauge',
    'Age of the oldest of them, 0 without any.',
  ),
  outboxRefused: spec('rapport_outbox_refused', 'gauge', '1 while the disk takes no results: they wait.'),
  outboxBytes: spec('rapport_outbox_bytes', 'gauge', 'The log on disk.'),
  diskKept: spec('rapport_disk_kept_bytes', 'gauge', 'Everything kept in the data folder, the log too.'),
  diskBudget: spec('rapport_disk_budget_bytes', 'gauge', 'What may be kept there.'),
  kafkaLag: spec('rapport_kafka_lag_records', 'gauge', 'Durable results that Kafka has not acknowledged.'),
  kafkaOldest: spec('rapport_kafka_oldest_unacked_seconds', 'gauge', 'Age of the oldest of them, 0 without any.'),
  kafkaDeadLettered: spec(
    'rapport_kafka_dead_lettered_total',
    'counter',
    'Results that Kafka refused, now in the dead-letter topic.',
    'reason',
  ),
  webhookAttempts: spec(
    'rapport_webhook_attempts_total',
    'counter',
    'Attempts to give an alert to a webhook, by outcome.',
    'outcome',
  ),
  webhookDeadLetters: spec(
    'rapport_webhook_dead_letters_total',
    'counter',
    'Alerts that their webhook did not take, given up.',
  ),
  spans: spec(
    'rapport_trace_spans_total',
    'counter',
    'Spans that ended, by what became of them; absent without export.',
    'outcome',
  ),
  errors: spec('rapport_errors_total', 'counter', 'Errors told to clients, by code of the error list.', 'code'),
} as const;
