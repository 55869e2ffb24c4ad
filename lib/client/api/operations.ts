// Generated from contracts/published/openapi.json by lib/client/package/write-api.ts; do not edit.
// biome-ignore-all format: the generator has its own lines

/** The schemas of the API, by their names in the OpenAPI document. */
export interface Schemas {
  readonly UpdateWorkspaceRequest: { readonly name?: string | undefined; readonly priorities?: Schemas['PriorityOrders'] | undefined; readonly requestsPerMinute?: number | undefined; readonly userRequestsPerMinute?: number | undefined; readonly oauthRedirectUris?: readonly string[] | undefined };
  readonly PriorityOrders: Readonly<Record<string, readonly string[]>>;
  readonly CreateApiKeyRequest: { readonly name: string; readonly scopes: readonly ("samples:write" | "samples:read" | "users:read" | "users:write" | "connections:read" | "connections:write" | "sync:read" | "sync:write" | "keys:admin" | "issuers:admin" | "workspace:admin")[]; readonly mode: "live" | "test"; readonly expiresAt?: string | undefined; readonly requestsPerMinute?: number | undefined };
  readonly RotateApiKeyRequest: { readonly overlapSec?: number | undefined };
  readonly CreateIssuerRequest: { readonly issuer: string; readonly audience: string; readonly jwksUri?: string | undefined; readonly algorithms?: readonly ("RS256" | "RS384" | "RS512" | "ES256" | "ES384" | "ES512" | "EdDSA")[] | undefined };
  readonly StartRebuildRequest: { readonly requestId?: string | undefined; readonly userId?: string | undefined; readonly models?: readonly ("rollups" | "sleep" | "session_impact")[] | undefined; readonly metrics?: readonly string[] | undefined; readonly from?: string | undefined; readonly to?: string | undefined };
  readonly CreateUserRequest: { readonly externalId: string; readonly email?: string | undefined; readonly displayName?: string | undefined; readonly timeZone?: string | undefined };
  readonly UpdateUserRequest: { readonly email?: (string | null) | undefined; readonly displayName?: (string | null) | undefined; readonly timeZone?: (string | null) | undefined };
  readonly PrivacySettings: { readonly uploadEnabled: boolean; readonly blockedMetrics: readonly Schemas['MetricCode'][] };
  readonly MetricCode: "heart_rate" | "resting_heart_rate" | "sleeping_heart_rate_avg" | "heart_rate_min" | "heart_rate_max" | "walking_heart_rate_avg" | "heart_rate_recovery_1min" | "hrv_rmssd" | "hrv_sdnn" | "hrv_rmssd_deep_sleep" | "spo2" | "respiratory_rate" | "body_temperature" | "basal_body_temperature" | "skin_temperature" | "skin_temperature_deviation" | "breathing_disturbance_index" | "blood_pressure_systolic" | "blood_pressure_diastolic" | "pulse_at_bp" | "blood_glucose" | "vo2_max" | "weight" | "height" | "bmi" | "body_fat" | "fat_mass" | "lean_body_mass" | "muscle_mass" | "bone_mass" | "body_water" | "visceral_fat_index" | "waist_circumference" | "pulse_wave_velocity" | "vascular_age" | "fitness_age" | "steps" | "pushes" | "distance" | "floors_climbed" | "elevation_gain" | "active_energy" | "basal_energy" | "total_energy" | "active_minutes" | "sedentary_time" | "stand_time" | "met" | "speed" | "cadence" | "power" | "hydration" | "energy_intake" | "sleep_duration" | "time_in_bed" | "sleep_deep" | "sleep_light" | "sleep_rem" | "sleep_awake" | "sleep_latency" | "awakenings_count" | "sleep_efficiency" | "sleep_score" | "sleep_session" | "nap" | "sleep_stage" | "stress_level" | "body_battery" | "recovery_score" | "strain" | "training_load" | "workout" | "menstrual_period";
  readonly IngestSamplesRequest: { readonly requestId: string; readonly payloadHash?: string | undefined; readonly origin?: "live" | "backfill" | "import" | undefined; readonly sources: Readonly<Record<string, Schemas['Source']>>; readonly samples: readonly Schemas['Sample'][]; readonly deletions?: readonly Schemas['Deletion'][] | undefined };
  readonly Source: { readonly provider: string; readonly device?: { readonly manufacturer?: string | undefined; readonly model?: string | undefined; readonly type?: "watch" | "band" | "ring" | "phone" | "scale" | "other" | undefined } | undefined; readonly app?: string | undefined };
  readonly IngestUploadRequest: { readonly requestId: string; readonly upload: string };
  readonly CreateUploadRequest: { readonly contentType?: "application/json" | "application/gzip" | undefined };
  readonly PutPrioritiesRequest: { readonly orders: Schemas['PriorityOrders'] };
  readonly WorkoutType: "running" | "trail_running" | "treadmill_running" | "track_running" | "walking" | "hiking" | "nordic_walking" | "cycling" | "road_cycling" | "mountain_biking" | "gravel_cycling" | "indoor_cycling" | "e_biking" | "hand_cycling" | "swimming" | "pool_swimming" | "open_water_swimming" | "rowing" | "indoor_rowing" | "kayaking" | "stand_up_paddling" | "surfing" | "sailing" | "diving" | "strength_training" | "functional_training" | "hiit" | "crossfit" | "elliptical" | "stair_climbing" | "cardio" | "core_training" | "yoga" | "pilates" | "stretching" | "meditation" | "breathwork" | "dancing" | "boxing" | "martial_arts" | "climbing" | "bouldering" | "alpine_skiing" | "cross_country_skiing" | "snowboarding" | "snowshoeing" | "ice_skating" | "inline_skating" | "skateboarding" | "tennis" | "badminton" | "squash" | "table_tennis" | "padel" | "pickleball" | "soccer" | "basketball" | "volleyball" | "handball" | "rugby" | "hockey" | "cricket" | "baseball" | "american_football" | "golf" | "horse_riding" | "triathlon" | "multi_sport" | "transition" | "wheelchair" | "gardening" | "housework" | "other";
  readonly WorkoutFamily: "running" | "walking" | "cycling" | "swimming" | "rowing" | "paddling" | "water_sports" | "gym" | "mind_body" | "dancing" | "combat" | "climbing" | "winter_sports" | "skating" | "racket_sports" | "team_sports" | "golf" | "horse_riding" | "multi_sport" | "wheelchair" | "daily_living" | "other";
  readonly WorkoutDecision: ({ readonly decision: "keep_both" } | { readonly decision: "primary"; readonly workoutId: string } | { readonly decision: "automatic" });
  readonly PutWorkoutRequest: { readonly type?: string | undefined; readonly providerType?: string | undefined; readonly start: string; readonly end: string; readonly zoneOffsetMinutes?: number | undefined; readonly title?: string | undefined; readonly durationSec?: number | undefined; readonly movingSec?: number | undefined; readonly distanceM?: number | undefined; readonly energyKcal?: number | undefined; readonly avgHeartRateBpm?: number | undefined; readonly maxHeartRateBpm?: number | undefined; readonly elevationGainM?: number | undefined; readonly avgSpeedMps?: number | undefined; readonly avgCadencePerMin?: number | undefined; readonly avgPowerW?: number | undefined; readonly stepCount?: number | undefined };
  readonly UpsertWorkoutsRequest: { readonly requestId: string; readonly payloadHash?: string | undefined; readonly origin?: "live" | "backfill" | "import" | undefined; readonly source: Schemas['Source']; readonly workouts: readonly Schemas['WorkoutInput'][]; readonly deletions?: readonly string[] | undefined; readonly anchor?: string | undefined };
  readonly CreateActivityImportRequest: { readonly format?: "fit" | "tcx" | "gpx" | undefined; readonly source?: string | undefined; readonly onDamage?: "refuse" | "summary" | "keep" | undefined };
  readonly AuthorizeRequest: { readonly redirectUri?: string | undefined };
  readonly BackfillRequest: { readonly from: string; readonly to: string; readonly types?: readonly string[] | undefined };
  readonly ReplayRequest: { readonly from: string; readonly to: string; readonly dryRun?: boolean | undefined };
  readonly PushRequest: { readonly deviceId: string; readonly operationId: string; readonly changes: readonly Schemas['PushChange'][] };
  readonly PushChange: { readonly requestId: string; readonly entityType: string; readonly id: string; readonly op: "create" | "update" | "delete"; readonly baseVersion?: number | undefined; readonly data?: Readonly<Record<string, unknown>> | undefined; readonly hlc: string };
  readonly LeaseRequest: { readonly kind: "data_sync" | "health_upload" | "catalog_sync"; readonly deviceId: string; readonly requestedBatchSize?: number | undefined; readonly requestedMaxRequests?: number | undefined };
  readonly BatchResolveRequest: { readonly deviceId: string; readonly operationId: string; readonly resolutions: readonly ({ readonly conflictId: string; readonly strategy: "client" | "server" | "merged"; readonly data?: Readonly<Record<string, unknown>> | undefined })[] };
  readonly WriteEntityRequest: { readonly data: Readonly<Record<string, unknown>>; readonly deviceId?: string | undefined; readonly hlc?: string | undefined };
  readonly FieldProblem: { readonly path: string; readonly code: string; readonly message: string };
  readonly Health: { readonly status: "ok" };
  readonly Workspace: { readonly id: string; readonly name: string; readonly priorities: Schemas['PriorityOrdersOutput']; readonly requestsPerMinute: number; readonly userRequestsPerMinute: number; readonly oauthRedirectUris: readonly string[]; readonly createdAt: string; readonly rebuildId?: string | undefined };
  readonly CreatedApiKey: { readonly id: string; readonly name: string; readonly scopes: readonly ("samples:write" | "samples:read" | "users:read" | "users:write" | "connections:read" | "connections:write" | "sync:read" | "sync:write" | "keys:admin" | "issuers:admin" | "workspace:admin")[]; readonly mode: "live" | "test"; readonly requestsPerMinute: number; readonly createdAt: string; readonly expiresAt: (string | null); readonly revokedAt: (string | null); readonly lastUsedAt: (string | null); readonly key: string };
  readonly ApiKeyList: { readonly apiKeys: readonly Schemas['ApiKey'][] };
  readonly ApiKey: { readonly id: string; readonly name: string; readonly scopes: readonly ("samples:write" | "samples:read" | "users:read" | "users:write" | "connections:read" | "connections:write" | "sync:read" | "sync:write" | "keys:admin" | "issuers:admin" | "workspace:admin")[]; readonly mode: "live" | "test"; readonly requestsPerMinute: number; readonly createdAt: string; readonly expiresAt: (string | null); readonly revokedAt: (string | null); readonly lastUsedAt: (string | null) };
  readonly RotatedApiKey: { readonly id: string; readonly name: string; readonly scopes: readonly ("samples:write" | "samples:read" | "users:read" | "users:write" | "connections:read" | "connections:write" | "sync:read" | "sync:write" | "keys:admin" | "issuers:admin" | "workspace:admin")[]; readonly mode: "live" | "test"; readonly requestsPerMinute: number; readonly createdAt: string; readonly expiresAt: (string | null); readonly revokedAt: (string | null); readonly lastUsedAt: (string | null); readonly key: string; readonly replaces: { readonly id: string; readonly endsAt: string } };
  readonly Issuer: { readonly id: string; readonly issuer: string; readonly audience: string; readonly jwksUri: string; readonly algorithms: readonly ("RS256" | "RS384" | "RS512" | "ES256" | "ES384" | "ES512" | "EdDSA")[]; readonly createdAt: string };
  readonly IssuerList: { readonly issuers: readonly Schemas['Issuer'][] };
  readonly Rebuild: { readonly rebuildId: string; readonly state: "queued" | "running" | "done" | "failed"; readonly code: ("unsettled" | "fault" | "stalled" | null); readonly userId: (string | null); readonly models: readonly ("rollups" | "sleep" | "session_impact")[]; readonly metrics: (readonly string[] | null); readonly from: (string | null); readonly to: (string | null); readonly userCount: number; readonly computedCount: number; readonly currentCount: number; readonly unsettledCount: number; readonly at: ({ readonly userId: string; readonly model?: "rollups" | "sleep" | "session_impact" | undefined; readonly metric?: string | undefined; readonly throughDate?: string | undefined } | null); readonly createdAt: string; readonly updatedAt: string };
  readonly RebuildList: { readonly rebuilds: readonly Schemas['Rebuild'][]; readonly nextCursor: (string | null) };
  readonly User: { readonly id: string; readonly externalId: string; readonly email: (string | null); readonly displayName: (string | null); readonly timeZone: (string | null); readonly createdAt: string };
  readonly UserList: { readonly users: readonly Schemas['User'][]; readonly nextCursor: (string | null) };
  readonly IngestSamplesAnswer: { readonly requestId: string; readonly seq: number; readonly counts: Schemas['IngestCounts']; readonly refused: readonly Schemas['Refusal'][] };
  readonly IngestCounts: { readonly accepted: number; readonly updated: number; readonly duplicate: number; readonly superseded: number; readonly deleted: number; readonly notFound: number; readonly refused: number };
  readonly Refusal: { readonly index: number; readonly reason: "unknown_metric" | "unknown_unit" | "wrong_type" | "out_of_bounds" | "bad_interval" | "bad_time" | "start_out_of_range" | "category_unknown" | "zone_required" | "privacy_blocked" | "duplicate_in_batch" | "identity_required"; readonly message: string };
  readonly IngestQueuedAnswer: { readonly requestId: string; readonly status: "queued"; readonly retryAfterMs: number };
  readonly Upload: { readonly uploadId: string; readonly url: string; readonly headers: Readonly<Record<string, unknown>>; readonly expiresAt: string };
  readonly SampleList: { readonly samples: readonly Schemas['StoredSample'][]; readonly nextCursor: (string | null) };
  readonly StoredSample: { readonly metric: string; readonly sourceId: string; readonly provider: string; readonly start: string; readonly end: string; readonly value?: number | undefined; readonly category?: string | undefined; readonly unit: string; readonly zoneOffsetMinutes: number; readonly revision?: number | undefined };
  readonly BucketList: { readonly buckets: readonly Schemas['SampleBucket'][]; readonly nextCursor: (string | null) };
  readonly SampleBucket: { readonly start: string; readonly end: string; readonly date?: string | undefined; readonly unit: string; readonly count: number; readonly sum?: number | undefined; readonly min: number; readonly max: number; readonly mean: number };
  readonly RollupList: { readonly rollups: readonly ((Schemas['DayRollup'] | Schemas['PeriodRollup']))[]; readonly nextCursor: (string | null) };
  readonly DayRollup: { readonly date: string; readonly metric: string; readonly unit: string; readonly status: Schemas['RollupStatus']; readonly sourceSeq: (number | null); readonly behindSeq?: number | undefined; readonly computedAt: (string | null); readonly computeVersion: number; readonly count: (number | null); readonly sum?: (number | null) | undefined; readonly min: (number | null); readonly max: (number | null); readonly mean: (number | null); readonly variance: (number | null); readonly first: (Schemas['Reading'] | null); readonly last: (Schemas['Reading'] | null); readonly coverage: (number | null); readonly reason?: string | undefined; readonly sources: readonly Schemas['RollupSource'][] };
  readonly RollupStatus: "READY" | "STALE" | "PARTIAL" | "NO_DATA" | "FAILED";
  readonly Reading: { readonly at: string; readonly value: number };
  readonly RollupSource: { readonly sourceId: string; readonly provider: string; readonly count: number; readonly sum?: number | undefined; readonly min?: (number | null) | undefined; readonly max?: (number | null) | undefined; readonly mean?: (number | null) | undefined; readonly counted?: number | undefined; readonly setAside?: number | undefined; readonly setAsideReason?: "lower_priority" | "overlap_same_source" | "day_total_superseded" | undefined; readonly setAsideBy?: readonly ({ readonly reason: "lower_priority" | "overlap_same_source" | "day_total_superseded"; readonly amount: number })[] | undefined };
  readonly PeriodRollup: { readonly period: "week" | "month"; readonly date: string; readonly from: string; readonly to: string; readonly metric: string; readonly unit: string; readonly status: Schemas['RollupStatus']; readonly sourceSeq: (number | null); readonly behindSeq?: number | undefined; readonly computedAt: (string | null); readonly computeVersion: number; readonly count: (number | null); readonly sum?: (number | null) | undefined; readonly min: (number | null); readonly max: (number | null); readonly mean: (number | null); readonly variance: (number | null); readonly first: (Schemas['Reading'] | null); readonly last: (Schemas['Reading'] | null); readonly coverage: (number | null); readonly reason?: string | undefined; readonly sources: readonly Schemas['RollupSource'][] };
  readonly UserMetricList: { readonly metrics: readonly Schemas['UserMetric'][] };
  readonly UserMetric: { readonly metric: string; readonly unit: string; readonly count: number; readonly first: (string | null); readonly last: (string | null); readonly sources: readonly Schemas['MetricSource'][] };
  readonly MetricSource: { readonly sourceId: string; readonly provider: string; readonly device?: { readonly manufacturer?: string | undefined; readonly model?: string | undefined; readonly type?: "watch" | "band" | "ring" | "phone" | "scale" | "other" | undefined } | undefined; readonly app?: string | undefined; readonly count: number; readonly first: (string | null); readonly last: (string | null); readonly units: Readonly<Record<string, unknown>> };
  readonly ChangeList: { readonly changes: readonly Schemas['Change'][]; readonly nextSince: number; readonly hasMore: boolean };
  readonly Change: ({ readonly seq: number; readonly committedAt: string; readonly correlationId: string; readonly kind: "samples"; readonly requestId: string; readonly origin: "live" | "backfill" | "import"; readonly changes: readonly Schemas['ChangedBlock'][] } | { readonly seq: number; readonly committedAt: string; readonly correlationId: string; readonly kind: "priorities"; readonly metrics: readonly string[] } | { readonly seq: number; readonly committedAt: string; readonly correlationId: string; readonly kind: "records"; readonly origin: "live" | "backfill" | "import"; readonly changes: readonly Schemas['ChangedRecord'][] } | { readonly seq: number; readonly committedAt: string; readonly correlationId: string; readonly kind: "connection"; readonly connectionId: string; readonly provider: string; readonly status: "connected" | "needs_reauth" | "disconnected"; readonly reason?: string | undefined } | { readonly seq: number; readonly committedAt: string; readonly correlationId: string; readonly kind: "backfill"; readonly connectionId: string; readonly provider: string; readonly syncId: string; readonly dataType: string; readonly status: "succeeded" | "failed" | "skipped"; readonly counts: { readonly fetched: number; readonly accepted: number; readonly updated: number; readonly duplicate: number; readonly refused: number }; readonly from: string; readonly to: string } | { readonly seq: number; readonly committedAt: string; readonly correlationId: string; readonly kind: "workout_decision"; readonly groupId: string; readonly decision: "keep_both" | "primary" | "automatic"; readonly primaryId?: string | undefined; readonly recordIds: readonly string[] } | { readonly seq: number; readonly committedAt: string; readonly correlationId: string; readonly kind: "erasure"; readonly erasedAt: string });
  readonly ChangedBlock: { readonly metric: string; readonly sourceId: string; readonly block: string; readonly version: number; readonly from: string; readonly to: string; readonly dates: readonly string[]; readonly counts: { readonly added: number; readonly updated: number; readonly deleted: number } };
  readonly ChangedRecord: { readonly kind: "sleep" | "workout"; readonly recordId: string; readonly change: "created" | "updated" | "deleted"; readonly version: number; readonly provider: string; readonly dates: readonly string[]; readonly from: string; readonly to: string };
  readonly Priorities: { readonly orders: Schemas['PriorityOrdersOutput']; readonly defaultOrder: { readonly providers: readonly string[]; readonly devices: readonly string[] }; readonly seq: number; readonly recompute: Schemas['Recompute'] };
  readonly Recompute: { readonly seq: number; readonly status: "running" | "done" | "failed"; readonly computedCount: number; readonly doneCount: number; readonly totalCount: number; readonly at: ({ readonly model: string; readonly metric?: string | undefined; readonly throughDate?: string | undefined } | null) };
  readonly SleepSessionList: { readonly sessions: readonly Schemas['SleepSession'][]; readonly nextCursor: (string | null) };
  readonly SleepSession: { readonly id: string; readonly externalId: string; readonly provider: string; readonly source: Schemas['Source']; readonly start: string; readonly end: string; readonly zoneOffsetMinutes?: number | undefined; readonly date: string; readonly version: number; readonly seq: number; readonly isNap: boolean; readonly isFinal: boolean; readonly stages: readonly ({ readonly stage: "in_bed" | "awake" | "light" | "deep" | "rem" | "asleep" | "out_of_bed"; readonly start: string; readonly end: string })[]; readonly totals: { readonly inBedMin?: number | undefined; readonly asleepMin?: number | undefined; readonly deepMin?: number | undefined; readonly lightMin?: number | undefined; readonly remMin?: number | undefined; readonly awakeMin?: number | undefined; readonly latencyMin?: number | undefined } };
  readonly WorkoutRecordList: { readonly workouts: readonly Schemas['WorkoutRecord'][]; readonly nextCursor: (string | null) };
  readonly WorkoutRecord: { readonly id: string; readonly externalId: string; readonly provider: string; readonly source: Schemas['Source']; readonly start: string; readonly end: string; readonly zoneOffsetMinutes?: number | undefined; readonly date: string; readonly version: number; readonly seq: number; readonly type: string; readonly family: string; readonly providerType: string; readonly title?: string | undefined; readonly isManual: boolean; readonly parentExternalId?: string | undefined; readonly durationSec: number; readonly movingSec?: number | undefined; readonly distanceM?: number | undefined; readonly energyKcal?: number | undefined; readonly avgHeartRateBpm?: number | undefined; readonly maxHeartRateBpm?: number | undefined; readonly elevationGainM?: number | undefined; readonly avgSpeedMps?: number | undefined; readonly avgCadencePerMin?: number | undefined; readonly avgPowerW?: number | undefined; readonly stepCount?: number | undefined; readonly strain?: number | undefined; readonly trainingLoad?: number | undefined };
  readonly NightList: { readonly nights: readonly Schemas['Night'][]; readonly nextCursor: (string | null) };
  readonly Night: { readonly date: string; readonly eveningDate: string; readonly status: Schemas['RollupStatus']; readonly reason?: string | undefined; readonly behindSeq?: number | undefined; readonly sourceSeq: (number | null); readonly computedAt: (string | null); readonly computeVersion: number; readonly sleepStart: (string | null); readonly sleepEnd: (string | null); readonly inBedStart: (string | null); readonly inBedEnd: (string | null); readonly totalSleepMin: (number | null); readonly remMin: (number | null); readonly deepMin: (number | null); readonly lightMin: (number | null); readonly awakeMin: (number | null); readonly unspecifiedMin: (number | null); readonly inBedMin: (number | null); readonly latencyMin: (number | null); readonly wakeCount: (number | null); readonly efficiencyPct: (number | null); readonly coverage: (number | null); readonly hoursSinceSession: (number | null); readonly zoneOffsetMinutes: (number | null); readonly source: (Schemas['Source'] | null); readonly sources: readonly Schemas['NightSource'][]; readonly naps: readonly Schemas['Nap'][] };
  readonly NightSource: { readonly provider: string; readonly device?: { readonly manufacturer?: string | undefined; readonly model?: string | undefined; readonly type?: "watch" | "band" | "ring" | "phone" | "scale" | "other" | undefined } | undefined; readonly app?: string | undefined; readonly sourceId: string; readonly isUsed: boolean };
  readonly Nap: { readonly start: string; readonly end: string; readonly totalSleepMin: (number | null); readonly remMin: (number | null); readonly deepMin: (number | null); readonly lightMin: (number | null); readonly awakeMin: (number | null); readonly unspecifiedMin: (number | null); readonly zoneOffsetMinutes: (number | null); readonly source: Schemas['Source'] };
  readonly NightDetail: { readonly date: string; readonly eveningDate: string; readonly status: Schemas['RollupStatus']; readonly reason?: string | undefined; readonly behindSeq?: number | undefined; readonly sourceSeq: (number | null); readonly computedAt: (string | null); readonly computeVersion: number; readonly sleepStart: (string | null); readonly sleepEnd: (string | null); readonly inBedStart: (string | null); readonly inBedEnd: (string | null); readonly totalSleepMin: (number | null); readonly remMin: (number | null); readonly deepMin: (number | null); readonly lightMin: (number | null); readonly awakeMin: (number | null); readonly unspecifiedMin: (number | null); readonly inBedMin: (number | null); readonly latencyMin: (number | null); readonly wakeCount: (number | null); readonly efficiencyPct: (number | null); readonly coverage: (number | null); readonly hoursSinceSession: (number | null); readonly zoneOffsetMinutes: (number | null); readonly source: (Schemas['Source'] | null); readonly sources: readonly Schemas['NightSource'][]; readonly naps: readonly ({ readonly start: string; readonly end: string; readonly totalSleepMin: (number | null); readonly remMin: (number | null); readonly deepMin: (number | null); readonly lightMin: (number | null); readonly awakeMin: (number | null); readonly unspecifiedMin: (number | null); readonly zoneOffsetMinutes: (number | null); readonly source: Schemas['Source']; readonly stages: readonly Schemas['NightStage'][] })[]; readonly stages: readonly Schemas['NightStage'][]; readonly explain: readonly ({ readonly sourceId: string; readonly used: readonly ({ readonly as: "night" | "nap"; readonly start: string; readonly end: string })[]; readonly setAside: readonly ({ readonly start: string; readonly end: string; readonly reason: "lower_priority" | "too_little_told" | "same_sleep" | "overlap_same_source" | "record_counts" | "totals_contradict" | "too_many" })[] })[] };
  readonly NightStage: { readonly stage: "awake" | "light" | "deep" | "rem" | "asleep" | "out_of_bed"; readonly start: string; readonly end: string };
  readonly WorkoutList: { readonly workouts: readonly Schemas['Workout'][]; readonly nextCursor: (string | null) };
  readonly Workout: { readonly id: string; readonly type: Schemas['WorkoutType']; readonly family: Schemas['WorkoutFamily']; readonly start: string; readonly end: string; readonly zoneOffsetMinutes: (number | null); readonly durationSec: number; readonly movingSec?: number | undefined; readonly distanceM?: number | undefined; readonly energyKcal?: number | undefined; readonly avgHeartRateBpm?: number | undefined; readonly maxHeartRateBpm?: number | undefined; readonly source: Schemas['Source']; readonly externalId: string; readonly duplicateGroup?: string | undefined; readonly primary: boolean; readonly parentId?: string | undefined };
  readonly WorkoutTotals: { readonly by: "family" | "type"; readonly totals: readonly ({ readonly key: string; readonly counted: number; readonly setAside: number; readonly durationSec: number; readonly movingSec: (number | null); readonly distanceM: (number | null); readonly energyKcal: (number | null) })[]; readonly counted: number; readonly setAside: number };
  readonly WorkoutGroupList: { readonly groups: readonly Schemas['WorkoutGroup'][]; readonly nextCursor: (string | null) };
  readonly WorkoutGroup: { readonly id: string; readonly primaryId: string; readonly primaryReason: "decision" | "priority" | "more_data" | "id"; readonly status: "open" | "primary_chosen" | "kept_both"; readonly members: readonly Schemas['Workout'][]; readonly pairs: readonly ({ readonly a: string; readonly b: string; readonly score: number; readonly signals: readonly ("start_within_2_min" | "start_within_10_min" | "start_shifted_by_a_zone" | "duration_within_10_percent" | "duration_within_25_percent" | "same_type" | "same_family" | "distance_within_5_percent" | "distance_within_15_percent" | "same_track")[] })[]; readonly decision?: { readonly decision: "keep_both" | "primary"; readonly workoutId?: string | undefined; readonly decidedAt: string } | undefined };
  readonly WorkoutSamples: { readonly workoutId: string; readonly start: string; readonly end: string; readonly resolution: "raw" | "1m" | "5m"; readonly series: readonly Schemas['WorkoutSeries'][]; readonly nextCursor: (string | null) };
  readonly WorkoutSeries: { readonly metric: string; readonly unit: string; readonly buckets?: readonly Schemas['SampleBucket'][] | undefined; readonly samples?: readonly Schemas['StoredSample'][] | undefined };
  readonly WorkoutDetail: { readonly id: string; readonly type: Schemas['WorkoutType']; readonly family: Schemas['WorkoutFamily']; readonly start: string; readonly end: string; readonly zoneOffsetMinutes: (number | null); readonly durationSec: number; readonly movingSec?: number | undefined; readonly distanceM?: number | undefined; readonly energyKcal?: number | undefined; readonly avgHeartRateBpm?: number | undefined; readonly maxHeartRateBpm?: number | undefined; readonly source: Schemas['Source']; readonly externalId: string; readonly duplicateGroup?: string | undefined; readonly primary: boolean; readonly parentId?: string | undefined; readonly title?: string | undefined; readonly providerType: string; readonly isManual: boolean; readonly elevationGainM?: number | undefined; readonly avgSpeedMps?: number | undefined; readonly avgCadencePerMin?: number | undefined; readonly avgPowerW?: number | undefined; readonly stepCount?: number | undefined; readonly strain?: number | undefined; readonly trainingLoad?: number | undefined; readonly laps: readonly Schemas['WorkoutLap'][]; readonly children: readonly string[]; readonly track?: { readonly pointCount: number } | undefined; readonly duplicates: readonly string[]; readonly version: number; readonly seq: number };
  readonly WorkoutLap: { readonly start: string; readonly end: string; readonly distanceM?: number | undefined; readonly movingSec?: number | undefined; readonly energyKcal?: number | undefined; readonly avgHeartRateBpm?: number | undefined; readonly maxHeartRateBpm?: number | undefined };
  readonly WorkoutSyncStateList: { readonly sources: readonly Schemas['WorkoutSyncState'][]; readonly nextCursor: (string | null) };
  readonly WorkoutSyncState: { readonly source: Schemas['Source']; readonly anchor: (string | null); readonly lastStatus: "success" | "partial" | "failed"; readonly lastSyncedAt: string; readonly counts: Schemas['IngestCounts'] };
  readonly ActivityImportPlace: { readonly importId: string; readonly url: string; readonly headers: Readonly<Record<string, unknown>>; readonly expiresAt: string };
  readonly ActivityImport: { readonly importId: string; readonly status: "waiting" | "queued" | "running" | "done" | "failed"; readonly code?: "activity.no_file" | "activity.file_too_large" | "activity.unknown_format" | "activity.damaged" | "activity.none" | "activity.too_large" | "activity.unreadable" | "ingest.upload_disabled" | "read.metric_blocked" | undefined; readonly detail?: string | undefined; readonly workouts: readonly ({ readonly id: string; readonly outcome: "created" | "updated" | "unchanged" | "refused"; readonly reason?: string | undefined })[]; readonly samples: { readonly accepted: number; readonly updated: number; readonly duplicate: number; readonly refused: number }; readonly droppedCount: number; readonly damage?: { readonly where: string; readonly reason: string } | undefined };
  readonly WorkoutTrack: { readonly pointCount: number; readonly points: { readonly times: readonly string[]; readonly latitudes: readonly number[]; readonly longitudes: readonly number[]; readonly altitudesM: readonly ((number | null))[] } };
  readonly SessionImpactList: { readonly impacts: readonly Schemas['SessionImpact'][]; readonly isBehind: boolean; readonly nextCursor: (string | null) };
  readonly SessionImpact: { readonly sessionId: string; readonly sessionVersion: number; readonly startedAt: string; readonly endedAt: string; readonly productId: (string | null); readonly credit: "primary" | "single" | "several" | "none"; readonly metric: string; readonly unit: string; readonly status: Schemas['RollupStatus']; readonly behindSeq?: number | undefined; readonly reason?: string | undefined; readonly windowMin: number; readonly expectedPerHour: number; readonly before: (Schemas['ImpactWindow'] | null); readonly during: (Schemas['ImpactWindow'] | null); readonly after: (Schemas['ImpactWindow'] | null); readonly deltaDuring: (number | null); readonly deltaDuringPct: (number | null); readonly deltaAfter: (number | null); readonly deltaAfterPct: (number | null); readonly isReliable: boolean; readonly computedAt: (string | null); readonly computeVersion: number };
  readonly ImpactWindow: { readonly mean: (number | null); readonly min: (number | null); readonly max: (number | null); readonly count: number; readonly coverage: number };
  readonly ProductImpactList: { readonly products: readonly Schemas['ProductImpact'][]; readonly from: string; readonly to: string; readonly notCredited: { readonly none: number; readonly several: number; readonly notCompleted: number }; readonly isBehind: boolean; readonly isCut: boolean };
  readonly ProductImpact: { readonly productId: string; readonly productName: (string | null); readonly metric: string; readonly unit: string; readonly periodDays: (7 | 30 | 90); readonly windowMin: number; readonly expectedPerHour: number; readonly status: Schemas['RollupStatus']; readonly behindSeq?: number | undefined; readonly sessionCount: number; readonly unreliableCount: number; readonly excluded: readonly ({ readonly reason: "not_computed" | "too_long" | "incomplete" | "no_data" | "no_baseline"; readonly count: number })[]; readonly baselineMean: (number | null); readonly during: Schemas['ImpactDelta']; readonly duringPct: Schemas['ImpactDelta']; readonly after: Schemas['ImpactDelta']; readonly afterPct: Schemas['ImpactDelta']; readonly coverage: (number | null); readonly consistency: (number | null); readonly score: number; readonly confidence: "HIGH" | "MEDIUM" | "LOW" | "INSUFFICIENT"; readonly isReliable: boolean; readonly flags: readonly ("PRIMARY_PRODUCT_ONLY" | "LOW_SESSION_COUNT" | "INCONSISTENT_DELTAS" | "LOW_COVERAGE" | "MIXED_RELIABILITY" | "SHORT_OBSERVATION_PERIOD")[]; readonly evidenceSessionIds: readonly string[] };
  readonly ImpactDelta: { readonly mean: (number | null); readonly median: (number | null); readonly interval95: ({ readonly low: number; readonly high: number } | null) };
  readonly SessionTelemetry: { readonly sessionId: string; readonly sessionVersion: number; readonly sessionStatus: "ACTIVE" | "PAUSED" | "COMPLETED" | "CANCELLED"; readonly startedAt: string; readonly endedAt: (string | null); readonly isRunning: boolean; readonly from: string; readonly to: string; readonly isCut: boolean; readonly resolution: "1m" | "5m"; readonly series: readonly Schemas['TelemetrySeries'][] };
  readonly TelemetrySeries: { readonly metric: string; readonly unit: string; readonly isComplete: boolean; readonly points: readonly ({ readonly start: string; readonly count: number; readonly sum?: number | undefined; readonly min: number; readonly max: number; readonly mean: number })[]; readonly gaps: readonly { readonly from: string; readonly to: string; readonly missingCount: number }[] };
  readonly ProviderList: { readonly providers: readonly Schemas['Provider'][] };
  readonly Provider: { readonly name: string; readonly title: string; readonly configured: boolean; readonly backfillDays: (number | null); readonly dataTypes: readonly ({ readonly type: string; readonly title: string; readonly metrics: readonly string[]; readonly records: readonly ("sleep" | "workout")[] })[] };
  readonly AuthorizeAnswer: { readonly url: string; readonly state: string; readonly expiresAt: string };
  readonly ConnectTicket: { readonly ticket: string; readonly url: string; readonly expiresAt: string };
  readonly ConnectionList: { readonly connections: readonly Schemas['Connection'][] };
  readonly Connection: { readonly id: string; readonly provider: string; readonly status: "connected" | "needs_reauth" | "disconnected"; readonly reason?: string | undefined; readonly connectedAt: string; readonly createdAt: string; readonly scopes?: readonly string[] | undefined; readonly lastSync: ({ readonly id: string; readonly status: "running" | "succeeded" | "partial" | "failed"; readonly finishedAt: (string | null); readonly counts: Schemas['SyncCounts'] } | null); readonly lastPushAt: (string | null); readonly silentSince: (string | null) };
  readonly SyncCounts: { readonly fetched: number; readonly accepted: number; readonly updated: number; readonly duplicate: number; readonly refused: number; readonly deleted: number; readonly pages: number };
  readonly DisconnectAnswer: { readonly connection: Schemas['Connection']; readonly grant: "ended" | "in_use" | "unconfirmed" | "none"; readonly data: "kept" | "erasing" };
  readonly StartedSync: { readonly syncId: string };
  readonly SyncList: { readonly syncs: readonly Schemas['Sync'][]; readonly nextCursor: (string | null) };
  readonly Sync: { readonly id: string; readonly connectionId: string; readonly provider: string; readonly trigger: string; readonly origin: "live" | "backfill"; readonly status: "running" | "succeeded" | "partial" | "failed"; readonly startedAt: string; readonly finishedAt: (string | null); readonly counts: Schemas['SyncCounts']; readonly types: readonly ({ readonly type: string; readonly status: "waiting" | "running" | "requested" | "succeeded" | "failed" | "skipped"; readonly from: string; readonly to: string; readonly counts: Schemas['SyncCounts']; readonly error?: string | undefined })[]; readonly error?: string | undefined; readonly waitingUntil: (string | null) };
  readonly QuarantineList: { readonly records: readonly Schemas['QuarantinedRecord'][]; readonly nextCursor: (string | null) };
  readonly QuarantinedRecord: { readonly id: string; readonly syncId: string; readonly type: string; readonly externalId?: string | undefined; readonly reason: string; readonly payload: string; readonly index: number; readonly at: string };
  readonly ReplayPreview: { readonly complete: boolean; readonly counts: { readonly payloads: number; readonly accepted: number; readonly updated: number; readonly duplicate: number; readonly deleted: number; readonly refused: number; readonly unreadable: number }; readonly changes: readonly { readonly what: string; readonly dates: readonly string[]; readonly counts: { readonly added: number; readonly updated: number; readonly deleted: number } }[] };
  readonly PushAnswer: { readonly operationId: string; readonly seq: number; readonly successful: readonly ({ readonly requestId: string; readonly entityType: string; readonly id: string; readonly clientId?: string | undefined; readonly version: number })[]; readonly conflicts: readonly ({ readonly requestId: string; readonly entityType: string; readonly id: string; readonly clientId?: string | undefined; readonly conflictId: string; readonly outcome: "merged" | "server_wins" | "client_wins" | "manual"; readonly version: number; readonly server: (Schemas['RowImage'] | null) })[]; readonly failed: readonly { readonly requestId: string; readonly code: string; readonly message: string; readonly retryable: boolean }[] };
  readonly RowImage: { readonly id: string; readonly version: number; readonly deleted: boolean; readonly data: (Readonly<Record<string, unknown>> | null); readonly updatedAt: string };
  readonly SyncChanges: { readonly changes: readonly Schemas['SyncChange'][]; readonly cursor: string; readonly hasMore: boolean };
  readonly SyncChange: { readonly entityType: string; readonly id: string; readonly op: "upsert" | "delete"; readonly version: number; readonly seq: number; readonly data?: Readonly<Record<string, unknown>> | undefined; readonly updatedAt: string; readonly originDeviceId: (string | null) };
  readonly Snapshot: { readonly rows: readonly ({ readonly entityType: string; readonly id: string; readonly version: number; readonly seq: number; readonly data: Readonly<Record<string, unknown>>; readonly updatedAt: string; readonly originDeviceId: (string | null) })[]; readonly cursor: (string | null); readonly hasMore: boolean; readonly thenCursor: string; readonly progress: { readonly rowsTotal: number } };
  readonly Digest: { readonly seq: number; readonly types: Readonly<Record<string, unknown>> };
  readonly Lease: { readonly status: "GRANTED" | "DENIED"; readonly lease?: { readonly leaseId: string; readonly kind: string; readonly issuedAt: string; readonly expiresAt: string; readonly windowMs: number; readonly maxRequests: number; readonly batchSize: number } | undefined; readonly reason?: "user_lease_limit" | "device_lease_limit" | undefined; readonly retryAfterMs?: number | undefined };
  readonly SyncConflictList: { readonly conflicts: readonly Schemas['SyncConflict'][]; readonly nextCursor: (string | null) };
  readonly SyncConflict: { readonly conflictId: string; readonly entityType: string; readonly id: string; readonly status: "open" | "resolved"; readonly outcome: "merged" | "server_wins" | "client_wins" | "manual"; readonly policy: string; readonly fields: readonly string[]; readonly baseVersion: (number | null); readonly client: { readonly version: (number | null); readonly data: (Readonly<Record<string, unknown>> | null); readonly hlc: (string | null) }; readonly server: { readonly version: (number | null); readonly data: (Readonly<Record<string, unknown>> | null); readonly hlc: (string | null) }; readonly result: ({ readonly version: (number | null); readonly data: (Readonly<Record<string, unknown>> | null); readonly hlc: (string | null) } | null); readonly deviceId: string; readonly requestId: string; readonly createdAt: string; readonly resolvedAt: (string | null) };
  readonly BatchResolved: { readonly operationId: string; readonly seq: number; readonly resolved: readonly { readonly conflictId: string; readonly entityType: string; readonly id: string; readonly version: number }[]; readonly failed: readonly { readonly conflictId: string; readonly code: string; readonly message: string; readonly retryable: boolean }[] };
  readonly DeviceSyncStatus: { readonly protocolVersion: number; readonly epoch: string; readonly seq: number; readonly horizonSeq: number; readonly rowCount: number; readonly openConflictCount: number; readonly entityTypes: readonly string[]; readonly serverTime: string };
  readonly EntityList: { readonly entities: readonly Schemas['Entity'][]; readonly nextCursor: (string | null) };
  readonly Entity: { readonly id: string; readonly entityType: string; readonly version: number; readonly updatedAt: string; readonly data: Readonly<Record<string, unknown>> };
  readonly Problem: { readonly type: string; readonly title: string; readonly status: number; readonly code: "request.malformed_json" | "request.invalid" | "request.body_required" | "request.bad_encoding" | "request.unsupported_encoding" | "request.unsupported_media_type" | "request.too_large" | "request.too_many_items" | "request.not_found" | "request.rate_limited" | "request.bad_cursor" | "auth.missing" | "auth.invalid" | "auth.expired" | "auth.forbidden" | "user.not_found" | "user.conflict" | "key.not_found" | "key.revoked" | "key.limit_reached" | "key.last_admin" | "issuer.not_found" | "issuer.taken" | "issuer.limit_reached" | "issuer.unusable" | "ingest.hash_mismatch" | "ingest.unknown_source" | "ingest.payload_conflict" | "ingest.upload_disabled" | "ingest.upload_not_found" | "ingest.contention" | "read.metric_unknown" | "read.metric_not_rolled_up" | "read.metric_blocked" | "read.range_too_large" | "workout.not_manual" | "workout.not_found" | "workout.track_not_found" | "activity.import_not_found" | "workout.group_not_found" | "workout.too_many_decisions" | "changes.gone" | "provider.unknown" | "provider.not_configured" | "provider.unavailable" | "provider.refused" | "oauth.state_invalid" | "oauth.ticket_invalid" | "oauth.denied" | "oauth.code_refused" | "oauth.scope_missing" | "oauth.redirect_not_allowed" | "connection.not_found" | "connection.needs_reauth" | "connection.disconnected" | "connection.limit_reached" | "sync.not_found" | "backfill.range_invalid" | "backfill.type_unknown" | "push.signature_invalid" | "push.stale" | "push.unverifiable" | "push.malformed" | "sync.user_required" | "sync.protocol_unsupported" | "sync.unknown_entity_type" | "sync.payload_conflict" | "sync.operation_running" | "sync.operation_expired" | "sync.resync_required" | "sync.contention" | "sync.lease_refused" | "sync.conflict_not_found" | "entity.not_found" | "entity.changed" | "entity.exists" | "entity.invalid" | "entity.conflict" | "rebuild.not_found" | "rebuild.limit_reached" | "rebuild.request_conflict" | "server.unavailable" | "server.internal"; readonly detail: string; readonly errors?: readonly Schemas['FieldProblem'][] | undefined; readonly requestId: string };
  readonly PriorityOrdersOutput: Readonly<Record<string, unknown>>;
  readonly PrivacySettingsOutput: { readonly uploadEnabled: boolean; readonly blockedMetrics: readonly Schemas['MetricCode'][] };
  readonly Sample: ({ readonly source: string; readonly metric: Schemas['MetricCode']; readonly start: string; readonly end?: string | undefined; readonly zoneOffsetMinutes?: number | undefined; readonly recordId?: string | undefined; readonly revision?: (number | string) | undefined; readonly value: number; readonly unit: string } | { readonly source: string; readonly metric: Schemas['MetricCode']; readonly start: string; readonly end?: string | undefined; readonly zoneOffsetMinutes?: number | undefined; readonly recordId?: string | undefined; readonly revision?: (number | string) | undefined; readonly category: "in_bed" | "awake" | "light" | "deep" | "rem" | "asleep" | "out_of_bed" });
  readonly Deletion: { readonly source?: string | undefined; readonly metric: Schemas['MetricCode']; readonly recordId?: string | undefined; readonly start?: string | undefined; readonly end?: string | undefined; readonly from?: string | undefined; readonly to?: string | undefined; readonly revision?: (number | string) | undefined };
  readonly WorkoutInput: { readonly externalId: string; readonly revision?: (number | string) | undefined; readonly isManual?: boolean | undefined; readonly parentExternalId?: string | undefined; readonly type?: string | undefined; readonly providerType?: string | undefined; readonly start: string; readonly end: string; readonly zoneOffsetMinutes?: number | undefined; readonly title?: string | undefined; readonly durationSec?: number | undefined; readonly movingSec?: number | undefined; readonly distanceM?: number | undefined; readonly energyKcal?: number | undefined; readonly avgHeartRateBpm?: number | undefined; readonly maxHeartRateBpm?: number | undefined; readonly elevationGainM?: number | undefined; readonly avgSpeedMps?: number | undefined; readonly avgCadencePerMin?: number | undefined; readonly avgPowerW?: number | undefined; readonly stepCount?: number | undefined };
}

/** What goes into each operation, and what comes out by status. */
export interface Operations {
  /** Say whether all parts answer */
  readonly reportHealth: { readonly input: Record<never, never>; readonly answers: { readonly 200: Schemas['Health'] } };
  /** This description, as OpenAPI 3.1 */
  readonly describeApi: { readonly input: Record<never, never>; readonly answers: { readonly 200: Readonly<Record<string, unknown>> } };
  /** This description, as a page */
  readonly readDocs: { readonly input: Record<never, never>; readonly answers: { readonly 200: string } };
  /** The workspace of the key */
  readonly getWorkspace: { readonly input: Record<never, never>; readonly answers: { readonly 200: Schemas['Workspace'] } };
  /** Change the workspace */
  readonly updateWorkspace: { readonly input: { readonly body: Schemas['UpdateWorkspaceRequest'] }; readonly answers: { readonly 200: Schemas['Workspace'] } };
  /** Make an API key */
  readonly createApiKey: { readonly input: { readonly body: Schemas['CreateApiKeyRequest'] }; readonly answers: { readonly 201: Schemas['CreatedApiKey'] } };
  /** All API keys of the workspace */
  readonly listApiKeys: { readonly input: Record<never, never>; readonly answers: { readonly 200: Schemas['ApiKeyList'] } };
  /** Replace an API key, with an overlap */
  readonly rotateApiKey: { readonly input: { readonly path: { readonly keyId: string }; readonly body?: Schemas['RotateApiKeyRequest'] }; readonly answers: { readonly 201: Schemas['RotatedApiKey'] } };
  /** End an API key */
  readonly revokeApiKey: { readonly input: { readonly path: { readonly keyId: string } }; readonly answers: { readonly 204: undefined } };
  /** Trust the tokens of an OpenID issuer */
  readonly createIssuer: { readonly input: { readonly body: Schemas['CreateIssuerRequest'] }; readonly answers: { readonly 201: Schemas['Issuer'] } };
  /** All issuers of the workspace */
  readonly listIssuers: { readonly input: Record<never, never>; readonly answers: { readonly 200: Schemas['IssuerList'] } };
  /** No longer trust an issuer */
  readonly deleteIssuer: { readonly input: { readonly path: { readonly issuerId: string } }; readonly answers: { readonly 204: undefined } };
  /** Compute read models again */
  readonly startRebuild: { readonly input: { readonly body: Schemas['StartRebuildRequest'] }; readonly answers: { readonly 202: Schemas['Rebuild'] } };
  /** Rebuilds of the workspace */
  readonly listRebuilds: { readonly input: { readonly query?: { readonly limit?: number | undefined; readonly cursor?: string | undefined } }; readonly answers: { readonly 200: Schemas['RebuildList'] } };
  /** How far a rebuild is */
  readonly getRebuild: { readonly input: { readonly path: { readonly rebuildId: string } }; readonly answers: { readonly 200: Schemas['Rebuild'] } };
  /** Find or create a user */
  readonly createUser: { readonly input: { readonly body: Schemas['CreateUserRequest'] }; readonly answers: { readonly 200: Schemas['User']; readonly 201: Schemas['User'] } };
  /** The users of the workspace */
  readonly listUsers: { readonly input: { readonly query?: { readonly limit?: number | undefined; readonly cursor?: string | undefined } }; readonly answers: { readonly 200: Schemas['UserList'] } };
  /** One user */
  readonly getUser: { readonly input: { readonly path: { readonly userId: string } }; readonly answers: { readonly 200: Schemas['User'] } };
  /** Change a user */
  readonly updateUser: { readonly input: { readonly path: { readonly userId: string }; readonly body: Schemas['UpdateUserRequest'] }; readonly answers: { readonly 200: Schemas['User'] } };
  /** Erase a user */
  readonly deleteUser: { readonly input: { readonly path: { readonly userId: string } }; readonly answers: { readonly 204: undefined } };
  /** What the user lets in */
  readonly getPrivacy: { readonly input: { readonly path: { readonly userId: string } }; readonly answers: { readonly 200: Schemas['PrivacySettingsOutput'] } };
  /** Set what the user lets in */
  readonly putPrivacy: { readonly input: { readonly path: { readonly userId: string }; readonly body: Schemas['PrivacySettings'] }; readonly answers: { readonly 200: Schemas['PrivacySettingsOutput'] } };
  /** Store, replace and delete samples, exactly once */
  readonly ingestSamples: { readonly input: { readonly path: { readonly userId: string }; readonly body: (Schemas['IngestSamplesRequest'] | Schemas['IngestUploadRequest']) }; readonly answers: { readonly 200: Schemas['IngestSamplesAnswer']; readonly 202: Schemas['IngestQueuedAnswer']; readonly 207: Schemas['IngestSamplesAnswer'] } };
  /** Get an address to upload a large payload to */
  readonly createUpload: { readonly input: { readonly path: { readonly userId: string }; readonly body?: Schemas['CreateUploadRequest'] }; readonly answers: { readonly 201: Schemas['Upload'] } };
  /** Samples or buckets of one metric */
  readonly listSamples: { readonly input: { readonly path: { readonly userId: string }; readonly query: { readonly limit?: number | undefined; readonly cursor?: string | undefined; readonly metric: string; readonly from: string; readonly to: string; readonly resolution?: "raw" | "1m" | "5m" | "15m" | "1h" | "1d" | undefined; readonly source?: string | undefined }; readonly headers?: { readonly 'if-none-match'?: string | undefined } }; readonly answers: { readonly 200: (Schemas['SampleList'] | Schemas['BucketList']); readonly 304: undefined } };
  /** Daily, weekly or monthly figures, and how fresh they are */
  readonly listRollups: { readonly input: { readonly path: { readonly userId: string }; readonly query: { readonly limit?: number | undefined; readonly cursor?: string | undefined; readonly metric: string; readonly from: string; readonly to: string; readonly period?: "day" | "week" | "month" | undefined; readonly explain?: boolean | undefined; readonly wait?: boolean | undefined }; readonly headers?: { readonly 'if-none-match'?: string | undefined; readonly 'x-min-seq'?: string | undefined } }; readonly answers: { readonly 200: Schemas['RollupList']; readonly 304: undefined } };
  /** What the user has */
  readonly listMetrics: { readonly input: { readonly path: { readonly userId: string }; readonly headers?: { readonly 'if-none-match'?: string | undefined } }; readonly answers: { readonly 200: Schemas['UserMetricList']; readonly 304: undefined } };
  /** What was committed since a sequence number */
  readonly listChanges: { readonly input: { readonly path: { readonly userId: string }; readonly query?: { readonly since?: number | undefined; readonly limit?: number | undefined }; readonly headers?: { readonly 'if-none-match'?: string | undefined } }; readonly answers: { readonly 200: Schemas['ChangeList']; readonly 304: undefined } };
  /** Which source wins */
  readonly getPriorities: { readonly input: { readonly path: { readonly userId: string }; readonly headers?: { readonly 'if-none-match'?: string | undefined } }; readonly answers: { readonly 200: Schemas['Priorities']; readonly 304: undefined } };
  /** Set which source wins */
  readonly putPriorities: { readonly input: { readonly path: { readonly userId: string }; readonly body: Schemas['PutPrioritiesRequest'] }; readonly answers: { readonly 200: Schemas['Priorities'] } };
  /** Sleep sessions as the sources gave them */
  readonly listSleepSessions: { readonly input: { readonly path: { readonly userId: string }; readonly query: { readonly limit?: number | undefined; readonly cursor?: string | undefined; readonly from: string; readonly to: string }; readonly headers?: { readonly 'if-none-match'?: string | undefined } }; readonly answers: { readonly 200: Schemas['SleepSessionList']; readonly 304: undefined } };
  /** Workouts as the sources gave them */
  readonly listWorkoutRecords: { readonly input: { readonly path: { readonly userId: string }; readonly query: { readonly limit?: number | undefined; readonly cursor?: string | undefined; readonly from: string; readonly to: string }; readonly headers?: { readonly 'if-none-match'?: string | undefined } }; readonly answers: { readonly 200: Schemas['WorkoutRecordList']; readonly 304: undefined } };
  /** Nights and naps, each once */
  readonly listNights: { readonly input: { readonly path: { readonly userId: string }; readonly query: { readonly from: string; readonly to: string; readonly wait?: boolean | undefined }; readonly headers?: { readonly 'if-none-match'?: string | undefined; readonly 'x-min-seq'?: string | undefined } }; readonly answers: { readonly 200: Schemas['NightList']; readonly 304: undefined } };
  /** One night with its stages */
  readonly getNight: { readonly input: { readonly path: { readonly userId: string; readonly date: string }; readonly headers?: { readonly 'if-none-match'?: string | undefined } }; readonly answers: { readonly 200: Schemas['NightDetail']; readonly 304: undefined } };
  /** Workouts, each activity once */
  readonly listWorkouts: { readonly input: { readonly path: { readonly userId: string }; readonly query: { readonly limit?: number | undefined; readonly cursor?: string | undefined; readonly from: string; readonly to: string; readonly includeDuplicates?: boolean | undefined; readonly type?: Schemas['WorkoutType'] | undefined; readonly family?: Schemas['WorkoutFamily'] | undefined }; readonly headers?: { readonly 'if-none-match'?: string | undefined } }; readonly answers: { readonly 200: Schemas['WorkoutList']; readonly 304: undefined } };
  /** Totals of workouts, each activity counted once */
  readonly sumWorkouts: { readonly input: { readonly path: { readonly userId: string }; readonly query: { readonly from: string; readonly to: string; readonly by?: "family" | "type" | undefined }; readonly headers?: { readonly 'if-none-match'?: string | undefined } }; readonly answers: { readonly 200: Schemas['WorkoutTotals']; readonly 304: undefined } };
  /** Groups of workouts that are one activity */
  readonly listDuplicateWorkouts: { readonly input: { readonly path: { readonly userId: string }; readonly query: { readonly limit?: number | undefined; readonly cursor?: string | undefined; readonly from: string; readonly to: string }; readonly headers?: { readonly 'if-none-match'?: string | undefined } }; readonly answers: { readonly 200: Schemas['WorkoutGroupList']; readonly 304: undefined } };
  /** Say which of the copies counts, or that all do */
  readonly decideDuplicateWorkouts: { readonly input: { readonly path: { readonly userId: string; readonly groupId: string }; readonly body: Schemas['WorkoutDecision'] }; readonly answers: { readonly 200: Schemas['WorkoutGroup'] } };
  /** Heart rate, cadence, power, speed and others within a workout */
  readonly listWorkoutSamples: { readonly input: { readonly path: { readonly userId: string; readonly workoutId: string }; readonly query?: { readonly limit?: number | undefined; readonly cursor?: string | undefined; readonly metrics?: string | undefined; readonly resolution?: "raw" | "1m" | "5m" | undefined; readonly source?: "own" | "all" | undefined }; readonly headers?: { readonly 'if-none-match'?: string | undefined } }; readonly answers: { readonly 200: Schemas['WorkoutSamples']; readonly 304: undefined } };
  /** One workout with all that its source says */
  readonly getWorkout: { readonly input: { readonly path: { readonly userId: string; readonly workoutId: string }; readonly headers?: { readonly 'if-none-match'?: string | undefined } }; readonly answers: { readonly 200: Schemas['WorkoutDetail']; readonly 304: undefined } };
  /** Enter a workout by hand, or replace such an entry */
  readonly putWorkout: { readonly input: { readonly path: { readonly userId: string; readonly workoutId: string }; readonly headers?: { readonly 'if-match'?: string | undefined; readonly 'if-none-match'?: "*" | undefined }; readonly body: Schemas['PutWorkoutRequest'] }; readonly answers: { readonly 200: Schemas['WorkoutDetail']; readonly 201: Schemas['WorkoutDetail'] } };
  /** Delete a workout that was entered by hand */
  readonly deleteWorkout: { readonly input: { readonly path: { readonly userId: string; readonly workoutId: string }; readonly headers?: { readonly 'if-match'?: string | undefined } }; readonly answers: { readonly 204: undefined } };
  /** Store, replace and delete workouts of a source, exactly once */
  readonly upsertWorkouts: { readonly input: { readonly path: { readonly userId: string }; readonly body: Schemas['UpsertWorkoutsRequest'] }; readonly answers: { readonly 200: Schemas['IngestSamplesAnswer']; readonly 202: Schemas['IngestQueuedAnswer']; readonly 207: Schemas['IngestSamplesAnswer'] } };
  /** How far each source has sent its workouts */
  readonly listWorkoutSyncStates: { readonly input: { readonly path: { readonly userId: string }; readonly query?: { readonly limit?: number | undefined; readonly cursor?: string | undefined }; readonly headers?: { readonly 'if-none-match'?: string | undefined } }; readonly answers: { readonly 200: Schemas['WorkoutSyncStateList']; readonly 304: undefined } };
  /** A place for an activity file */
  readonly createActivityImport: { readonly input: { readonly path: { readonly userId: string }; readonly body: Schemas['CreateActivityImportRequest'] }; readonly answers: { readonly 201: Schemas['ActivityImportPlace'] } };
  /** Import the file that was put */
  readonly startActivityImport: { readonly input: { readonly path: { readonly userId: string; readonly importId: string } }; readonly answers: { readonly 202: Schemas['ActivityImport'] } };
  /** What became of an activity file */
  readonly getActivityImport: { readonly input: { readonly path: { readonly userId: string; readonly importId: string }; readonly headers?: { readonly 'if-none-match'?: string | undefined } }; readonly answers: { readonly 200: Schemas['ActivityImport']; readonly 304: undefined } };
  /** The way of a workout */
  readonly getWorkoutTrack: { readonly input: { readonly path: { readonly userId: string; readonly workoutId: string }; readonly query?: { readonly maxPoints?: number | undefined }; readonly headers?: { readonly 'if-none-match'?: string | undefined } }; readonly answers: { readonly 200: Schemas['WorkoutTrack']; readonly 304: undefined } };
  /** What sessions did to a metric: before, during and after */
  readonly listSessionImpact: { readonly input: { readonly path: { readonly userId: string }; readonly query: { readonly limit?: number | undefined; readonly cursor?: string | undefined; readonly from: string; readonly to: string; readonly metric?: string | undefined; readonly sessionId?: string | undefined }; readonly headers?: { readonly 'if-none-match'?: string | undefined } }; readonly answers: { readonly 200: Schemas['SessionImpactList']; readonly 304: undefined } };
  /** What products did to a metric */
  readonly listProductImpact: { readonly input: { readonly path: { readonly userId: string }; readonly query?: { readonly metric?: string | undefined; readonly periodDays?: 7 | 30 | 90 | undefined; readonly productId?: string | undefined }; readonly headers?: { readonly 'if-none-match'?: string | undefined } }; readonly answers: { readonly 200: Schemas['ProductImpactList']; readonly 304: undefined } };
  /** Series of a session, running or ended */
  readonly readSessionTelemetry: { readonly input: { readonly path: { readonly userId: string; readonly sessionId: string }; readonly query?: { readonly metrics?: string | undefined; readonly resolution?: "1m" | "5m" | undefined }; readonly headers?: { readonly 'if-none-match'?: string | undefined } }; readonly answers: { readonly 200: Schemas['SessionTelemetry']; readonly 304: undefined } };
  /** The providers that people can connect */
  readonly listProviders: { readonly input: Record<never, never>; readonly answers: { readonly 200: Schemas['ProviderList'] } };
  /** Begin a consent */
  readonly authorizeConnection: { readonly input: { readonly path: { readonly userId: string; readonly provider: string }; readonly body?: Schemas['AuthorizeRequest'] }; readonly answers: { readonly 200: Schemas['AuthorizeAnswer'] } };
  /** Let a browser begin a consent */
  readonly createConnectTicket: { readonly input: { readonly path: { readonly userId: string; readonly provider: string }; readonly body?: Schemas['AuthorizeRequest'] }; readonly answers: { readonly 201: Schemas['ConnectTicket'] } };
  /** Go to the provider with a ticket */
  readonly openConsent: { readonly input: { readonly path: { readonly provider: string }; readonly query: { readonly ticket: string } }; readonly answers: { readonly 303: undefined } };
  /** Where the provider sends people back to */
  readonly finishConsent: { readonly input: { readonly path: { readonly provider: string }; readonly query?: { readonly state?: string | undefined; readonly code?: string | undefined; readonly error?: string | undefined } }; readonly answers: { readonly 200: string; readonly 303: undefined } };
  /** The connections of a user */
  readonly listConnections: { readonly input: { readonly path: { readonly userId: string } }; readonly answers: { readonly 200: Schemas['ConnectionList'] } };
  /** One connection */
  readonly getConnection: { readonly input: { readonly path: { readonly userId: string; readonly connectionId: string } }; readonly answers: { readonly 200: Schemas['Connection'] } };
  /** End a connection */
  readonly disconnect: { readonly input: { readonly path: { readonly userId: string; readonly connectionId: string }; readonly query?: { readonly data?: "keep" | "erase" | undefined } }; readonly answers: { readonly 200: Schemas['DisconnectAnswer'] } };
  /** Fetch what is new */
  readonly startSync: { readonly input: { readonly path: { readonly userId: string; readonly connectionId: string } }; readonly answers: { readonly 202: Schemas['StartedSync'] } };
  /** Fetch a range of the past */
  readonly startBackfill: { readonly input: { readonly path: { readonly userId: string; readonly connectionId: string }; readonly body: Schemas['BackfillRequest'] }; readonly answers: { readonly 202: Schemas['StartedSync'] } };
  /** The syncs of a connection */
  readonly listSyncs: { readonly input: { readonly path: { readonly userId: string; readonly connectionId: string }; readonly query?: { readonly limit?: number | undefined; readonly cursor?: string | undefined } }; readonly answers: { readonly 200: Schemas['SyncList'] } };
  /** One sync, as far as it has come */
  readonly getSync: { readonly input: { readonly path: { readonly userId: string; readonly connectionId: string; readonly syncId: string } }; readonly answers: { readonly 200: Schemas['Sync'] } };
  /** One sync of any of the connections */
  readonly getSyncById: { readonly input: { readonly path: { readonly userId: string; readonly syncId: string } }; readonly answers: { readonly 200: Schemas['Sync'] } };
  /** Records that were set aside */
  readonly listQuarantine: { readonly input: { readonly path: { readonly userId: string; readonly connectionId: string }; readonly query?: { readonly limit?: number | undefined; readonly cursor?: string | undefined } }; readonly answers: { readonly 200: Schemas['QuarantineList'] } };
  /** Map kept payloads again */
  readonly replayPayloads: { readonly input: { readonly path: { readonly userId: string; readonly connectionId: string }; readonly body: Schemas['ReplayRequest'] }; readonly answers: { readonly 200: Schemas['ReplayPreview']; readonly 202: Schemas['StartedSync'] } };
  /** Take a notification of a provider */
  readonly receivePush: { readonly input: { readonly path: { readonly provider: string } }; readonly answers: { readonly 200: undefined; readonly 201: undefined; readonly 204: undefined } };
  /** Answer a provider that asks whether the address is ours */
  readonly answerHandshake: { readonly input: { readonly path: { readonly provider: string } }; readonly answers: { readonly 200: Readonly<Record<string, unknown>> } };
  /** Say that the address is there */
  readonly probeInbound: { readonly input: { readonly path: { readonly provider: string } }; readonly answers: { readonly 200: undefined } };
  /** Send what was edited on a device */
  readonly pushChanges: { readonly input: { readonly headers?: { readonly 'x-headwater-sync-protocol'?: string | undefined; readonly 'x-headwater-user'?: string | undefined; readonly 'x-headwater-lease'?: string | undefined }; readonly body: Schemas['PushRequest'] }; readonly answers: { readonly 200: Schemas['PushAnswer']; readonly 207: Schemas['PushAnswer'] } };
  /** What changed since a cursor */
  readonly pullChanges: { readonly input: { readonly query?: { readonly cursor?: string | undefined; readonly entityTypes?: string | undefined; readonly limit?: number | undefined; readonly leaseId?: string | undefined }; readonly headers?: { readonly 'x-headwater-sync-protocol'?: string | undefined; readonly 'x-headwater-user'?: string | undefined } }; readonly answers: { readonly 200: Schemas['SyncChanges'] } };
  /** Every living row, for a first sync or a new one */
  readonly readSnapshot: { readonly input: { readonly query?: { readonly cursor?: string | undefined; readonly entityTypes?: string | undefined; readonly limit?: number | undefined; readonly leaseId?: string | undefined }; readonly headers?: { readonly 'x-headwater-sync-protocol'?: string | undefined; readonly 'x-headwater-user'?: string | undefined } }; readonly answers: { readonly 200: Schemas['Snapshot'] } };
  /** What a device that is in step holds */
  readonly readDigest: { readonly input: { readonly query?: { readonly entityTypes?: string | undefined }; readonly headers?: { readonly 'x-headwater-sync-protocol'?: string | undefined; readonly 'x-headwater-user'?: string | undefined } }; readonly answers: { readonly 200: Schemas['Digest'] } };
  /** Ask for a window to sync in */
  readonly leaseSync: { readonly input: { readonly headers?: { readonly 'x-headwater-sync-protocol'?: string | undefined; readonly 'x-headwater-user'?: string | undefined }; readonly body: Schemas['LeaseRequest'] }; readonly answers: { readonly 200: Schemas['Lease'] } };
  /** Where devices wrote the same thing */
  readonly listConflicts: { readonly input: { readonly query?: { readonly status?: "open" | "resolved" | "all" | undefined; readonly limit?: number | undefined; readonly cursor?: string | undefined }; readonly headers?: { readonly 'x-headwater-sync-protocol'?: string | undefined; readonly 'x-headwater-user'?: string | undefined } }; readonly answers: { readonly 200: Schemas['SyncConflictList'] } };
  /** Decide conflicts */
  readonly resolveConflicts: { readonly input: { readonly headers?: { readonly 'x-headwater-sync-protocol'?: string | undefined; readonly 'x-headwater-user'?: string | undefined }; readonly body: Schemas['BatchResolveRequest'] }; readonly answers: { readonly 200: Schemas['BatchResolved']; readonly 207: Schemas['BatchResolved'] } };
  /** Where the log stands */
  readonly readSyncStatus: { readonly input: { readonly headers?: { readonly 'x-headwater-sync-protocol'?: string | undefined; readonly 'x-headwater-user'?: string | undefined } }; readonly answers: { readonly 200: Schemas['DeviceSyncStatus'] } };
  /** The rows of a type */
  readonly listEntities: { readonly input: { readonly path: { readonly userId: string; readonly entityType: string }; readonly query?: { readonly limit?: number | undefined; readonly cursor?: string | undefined }; readonly headers?: { readonly 'if-none-match'?: string | undefined } }; readonly answers: { readonly 200: Schemas['EntityList']; readonly 304: undefined } };
  /** Make a row */
  readonly createEntity: { readonly input: { readonly path: { readonly userId: string; readonly entityType: string }; readonly headers?: { readonly 'idempotency-key'?: string | undefined }; readonly body: Schemas['WriteEntityRequest'] }; readonly answers: { readonly 200: Schemas['Entity']; readonly 201: Schemas['Entity'] } };
  /** One row */
  readonly getEntity: { readonly input: { readonly path: { readonly userId: string; readonly entityType: string; readonly entityId: string }; readonly headers?: { readonly 'if-none-match'?: string | undefined } }; readonly answers: { readonly 200: Schemas['Entity']; readonly 304: undefined } };
  /** Make or replace a row */
  readonly putEntity: { readonly input: { readonly path: { readonly userId: string; readonly entityType: string; readonly entityId: string }; readonly headers?: { readonly 'idempotency-key'?: string | undefined; readonly 'if-match'?: string | undefined; readonly 'if-none-match'?: "*" | undefined }; readonly body: Schemas['WriteEntityRequest'] }; readonly answers: { readonly 200: Schemas['Entity']; readonly 201: Schemas['Entity'] } };
  /** Change fields of a row */
  readonly patchEntity: { readonly input: { readonly path: { readonly userId: string; readonly entityType: string; readonly entityId: string }; readonly headers?: { readonly 'idempotency-key'?: string | undefined; readonly 'if-match'?: string | undefined }; readonly body: Schemas['WriteEntityRequest'] }; readonly answers: { readonly 200: Schemas['Entity'] } };
  /** Delete a row */
  readonly deleteEntity: { readonly input: { readonly path: { readonly userId: string; readonly entityType: string; readonly entityId: string }; readonly headers?: { readonly 'idempotency-key'?: string | undefined; readonly 'if-match'?: string | undefined } }; readonly answers: { readonly 204: undefined } };
}

/** Method and path of each operation. */
export const OPERATIONS = {
  reportHealth: ['GET', '/v1/health'],
  describeApi: ['GET', '/v1/openapi.json'],
  readDocs: ['GET', '/docs'],
  getWorkspace: ['GET', '/v1/workspace'],
  updateWorkspace: ['PATCH', '/v1/workspace'],
  createApiKey: ['POST', '/v1/api-keys'],
  listApiKeys: ['GET', '/v1/api-keys'],
  rotateApiKey: ['POST', '/v1/api-keys/{keyId}/rotate'],
  revokeApiKey: ['DELETE', '/v1/api-keys/{keyId}'],
  createIssuer: ['POST', '/v1/issuers'],
  listIssuers: ['GET', '/v1/issuers'],
  deleteIssuer: ['DELETE', '/v1/issuers/{issuerId}'],
  startRebuild: ['POST', '/v1/admin/rebuilds'],
  listRebuilds: ['GET', '/v1/admin/rebuilds'],
  getRebuild: ['GET', '/v1/admin/rebuilds/{rebuildId}'],
  createUser: ['POST', '/v1/users'],
  listUsers: ['GET', '/v1/users'],
  getUser: ['GET', '/v1/users/{userId}'],
  updateUser: ['PATCH', '/v1/users/{userId}'],
  deleteUser: ['DELETE', '/v1/users/{userId}'],
  getPrivacy: ['GET', '/v1/users/{userId}/privacy'],
  putPrivacy: ['PUT', '/v1/users/{userId}/privacy'],
  ingestSamples: ['POST', '/v1/users/{userId}/health/samples/batch-upsert'],
  createUpload: ['POST', '/v1/users/{userId}/health/samples/uploads'],
  listSamples: ['GET', '/v1/users/{userId}/health/samples'],
  listRollups: ['GET', '/v1/users/{userId}/health/rollups'],
  listMetrics: ['GET', '/v1/users/{userId}/health/metrics'],
  listChanges: ['GET', '/v1/users/{userId}/health/changes'],
  getPriorities: ['GET', '/v1/users/{userId}/health/priorities'],
  putPriorities: ['PUT', '/v1/users/{userId}/health/priorities'],
  listSleepSessions: ['GET', '/v1/users/{userId}/health/records/sleep'],
  listWorkoutRecords: ['GET', '/v1/users/{userId}/health/records/workouts'],
  listNights: ['GET', '/v1/users/{userId}/health/sleep'],
  getNight: ['GET', '/v1/users/{userId}/health/sleep/{date}'],
  listWorkouts: ['GET', '/v1/users/{userId}/health/workouts'],
  sumWorkouts: ['GET', '/v1/users/{userId}/health/workouts/totals'],
  listDuplicateWorkouts: ['GET', '/v1/users/{userId}/health/workouts/duplicates'],
  decideDuplicateWorkouts: ['POST', '/v1/users/{userId}/health/workouts/duplicates/{groupId}/decision'],
  listWorkoutSamples: ['GET', '/v1/users/{userId}/health/workouts/{workoutId}/samples'],
  getWorkout: ['GET', '/v1/users/{userId}/health/workouts/{workoutId}'],
  putWorkout: ['PUT', '/v1/users/{userId}/health/workouts/{workoutId}'],
  deleteWorkout: ['DELETE', '/v1/users/{userId}/health/workouts/{workoutId}'],
  upsertWorkouts: ['POST', '/v1/users/{userId}/health/workouts/batch-upsert'],
  listWorkoutSyncStates: ['GET', '/v1/users/{userId}/health/workouts/sync-state'],
  createActivityImport: ['POST', '/v1/users/{userId}/health/workouts/import'],
  startActivityImport: ['POST', '/v1/users/{userId}/health/workouts/import/{importId}'],
  getActivityImport: ['GET', '/v1/users/{userId}/health/workouts/import/{importId}'],
  getWorkoutTrack: ['GET', '/v1/users/{userId}/health/workouts/{workoutId}/track'],
  listSessionImpact: ['GET', '/v1/users/{userId}/health/session-impact'],
  listProductImpact: ['GET', '/v1/users/{userId}/health/impact/by-product'],
  readSessionTelemetry: ['GET', '/v1/users/{userId}/health/sessions/{sessionId}/telemetry'],
  listProviders: ['GET', '/v1/providers'],
  authorizeConnection: ['POST', '/v1/users/{userId}/connections/{provider}/authorize'],
  createConnectTicket: ['POST', '/v1/users/{userId}/connections/{provider}/ticket'],
  openConsent: ['GET', '/v1/oauth/{provider}/authorize'],
  finishConsent: ['GET', '/v1/oauth/{provider}/callback'],
  listConnections: ['GET', '/v1/users/{userId}/connections'],
  getConnection: ['GET', '/v1/users/{userId}/connections/{connectionId}'],
  disconnect: ['DELETE', '/v1/users/{userId}/connections/{connectionId}'],
  startSync: ['POST', '/v1/users/{userId}/connections/{connectionId}/sync'],
  startBackfill: ['POST', '/v1/users/{userId}/connections/{connectionId}/backfill'],
  listSyncs: ['GET', '/v1/users/{userId}/connections/{connectionId}/syncs'],
  getSync: ['GET', '/v1/users/{userId}/connections/{connectionId}/syncs/{syncId}'],
  getSyncById: ['GET', '/v1/users/{userId}/syncs/{syncId}'],
  listQuarantine: ['GET', '/v1/users/{userId}/connections/{connectionId}/quarantine'],
  replayPayloads: ['POST', '/v1/users/{userId}/connections/{connectionId}/replay'],
  receivePush: ['POST', '/v1/inbound/{provider}'],
  answerHandshake: ['GET', '/v1/inbound/{provider}'],
  probeInbound: ['HEAD', '/v1/inbound/{provider}'],
  pushChanges: ['POST', '/v1/sync/push'],
  pullChanges: ['GET', '/v1/sync/changes'],
  readSnapshot: ['GET', '/v1/sync/snapshot'],
  readDigest: ['GET', '/v1/sync/digest'],
  leaseSync: ['POST', '/v1/sync/lease'],
  listConflicts: ['GET', '/v1/sync/conflicts'],
  resolveConflicts: ['POST', '/v1/sync/conflicts/batch-resolve'],
  readSyncStatus: ['GET', '/v1/sync/status'],
  listEntities: ['GET', '/v1/users/{userId}/{entityType}'],
  createEntity: ['POST', '/v1/users/{userId}/{entityType}'],
  getEntity: ['GET', '/v1/users/{userId}/{entityType}/{entityId}'],
  putEntity: ['PUT', '/v1/users/{userId}/{entityType}/{entityId}'],
  patchEntity: ['PATCH', '/v1/users/{userId}/{entityType}/{entityId}'],
  deleteEntity: ['DELETE', '/v1/users/{userId}/{entityType}/{entityId}'],
} as const satisfies Readonly<Record<keyof Operations, readonly [method: string, path: string]>>;
