/**
 * All that each role may do, beside writing its own log and traces: actions by resource, in the default settings with
 * `modelKeySecret`. It is written by hand, so that a change of the wiring shows here as the permission that it becomes.
 */
export const expectedGrants: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "take-agent-steps": {
    "dynamodb table/countersign-agent-support": "BatchGetItem Query",
    "dynamodb table/countersign-executions": "BatchGetItem Query",
    "dynamodb table/countersign-rules": "BatchGetItem ConditionCheckItem Query",
    "dynamodb table/countersign-vault": "BatchGetItem Query",
    "dynamodb table/countersign-work": "BatchGetItem ConditionCheckItem DeleteItem PutItem Query",
    "kinesis stream/countersign-spans": "PutRecords",
    "secretsmanager secret:countersign/model-key-??????": "GetSecretValue",
  },
  "open-requirement": {
    "dynamodb table/countersign-tokens": "BatchGetItem ConditionCheckItem PutItem Query",
    "kms key/token": "Encrypt",
  },
  "execute-call": {
    "dynamodb table/countersign-agent-support": "BatchGetItem PutItem Query",
    "dynamodb table/countersign-executions": "BatchGetItem ConditionCheckItem PutItem Query",
    "dynamodb table/countersign-ledger": "GetItem Query",
    "dynamodb table/countersign-rules": "BatchGetItem ConditionCheckItem Query",
    "dynamodb table/countersign-seal": "BatchGetItem Query",
    "dynamodb table/countersign-vault": "BatchGetItem Query",
    "dynamodb table/countersign-work": "BatchGetItem ConditionCheckItem Query",
    "kinesis stream/countersign-spans": "PutRecords",
    "kms key/ledger": "GetPublicKey",
  },
  "end-run": {
    "dynamodb table/countersign-vault": "BatchGetItem Query",
    "dynamodb table/countersign-work": "BatchGetItem ConditionCheckItem DeleteItem PutItem Query",
  },
  "append-ledger": {
    "dynamodb table/countersign-decisions": "BatchGetItem Query",
    "dynamodb table/countersign-decisions/stream/label":
      "DescribeStream GetRecords GetShardIterator ListStreams",
    "dynamodb table/countersign-executions": "BatchGetItem Query",
    "dynamodb table/countersign-executions/stream/label":
      "DescribeStream GetRecords GetShardIterator ListStreams",
    "dynamodb table/countersign-ledger": "BatchGetItem GetItem PartiQLInsert Query",
    "dynamodb table/countersign-observations": "BatchGetItem Query",
    "dynamodb table/countersign-observations/stream/label":
      "DescribeStream GetRecords GetShardIterator ListStreams",
    "dynamodb table/countersign-rules": "BatchGetItem Query",
    "dynamodb table/countersign-rules/stream/label": "DescribeStream GetRecords GetShardIterator ListStreams",
    "dynamodb table/countersign-work": "BatchGetItem Query",
    "dynamodb table/countersign-work/stream/label": "DescribeStream GetRecords GetShardIterator ListStreams",
    "sqs countersign-dead-letters": "SendMessage",
  },
  "sign-checkpoint": {
    "dynamodb table/countersign-ledger": "GetItem Query",
    "dynamodb table/countersign-ledger/stream/label":
      "DescribeStream GetRecords GetShardIterator ListStreams",
    "dynamodb table/countersign-seal": "BatchGetItem ConditionCheckItem PutItem Query",
    "kms key/ledger": "GetPublicKey Sign",
    "sqs countersign-dead-letters": "SendMessage",
  },
  "publish-log": {
    "dynamodb table/countersign-ledger": "GetItem Query",
    "dynamodb table/countersign-seal": "BatchGetItem Query",
    "kms key/ledger": "GetPublicKey",
    "s3 log": "ListBucket",
    "s3 log/*": "GetObject PutObject",
    "sqs countersign-dead-letters": "SendMessage",
  },
  "resume-run": {
    "dynamodb table/countersign-ledger": "GetItem Query",
    "dynamodb table/countersign-seal": "BatchGetItem Query",
    "dynamodb table/countersign-seal/stream/label": "DescribeStream GetRecords GetShardIterator ListStreams",
    "dynamodb table/countersign-tokens": "BatchGetItem ConditionCheckItem PutItem Query",
    "dynamodb table/countersign-work": "BatchGetItem Query",
    "kms key/token": "Decrypt",
    "sqs countersign-dead-letters": "SendMessage",
    "states stateMachine:countersign-run": "SendTaskSuccess",
  },
  "adopt-runs": {
    "dynamodb table/countersign-vault": "BatchGetItem Query",
    "dynamodb table/countersign-work": "BatchGetItem ConditionCheckItem DeleteItem PutItem Query",
    "sqs countersign-dead-letters": "SendMessage",
    "states execution:countersign-run:*": "DescribeExecution",
    "states stateMachine:countersign-run": "StartExecution",
  },
  "keep-deadlines": {
    "dynamodb table/countersign-decisions": "BatchGetItem Query",
    "dynamodb table/countersign-executions": "BatchGetItem Query",
    "dynamodb table/countersign-ledger": "GetItem Query",
    "dynamodb table/countersign-observations": "BatchGetItem Query",
    "dynamodb table/countersign-rules": "BatchGetItem Query",
    "dynamodb table/countersign-tokens": "BatchGetItem Query",
    "dynamodb table/countersign-vault": "BatchGetItem Query",
    "dynamodb table/countersign-work": "BatchGetItem ConditionCheckItem DeleteItem PutItem Query",
    "lambda function:countersign-adopt-runs": "InvokeFunction",
    "lambda function:countersign-append-ledger": "InvokeFunction",
    "lambda function:countersign-resume-run": "InvokeFunction",
    "sqs countersign-dead-letters": "SendMessage",
    "states execution:countersign-run:*": "DescribeExecution",
    "states stateMachine:countersign-run": "StartExecution",
  },
  "write-traces": {
    "dynamodb table/countersign-traces": "ConditionCheckItem PutItem",
    "kinesis stream/countersign-spans":
      "DescribeStream DescribeStreamSummary GetRecords GetShardIterator ListShards",
    "sqs countersign-dead-letters": "SendMessage",
  },
  "serve-reads": {
    "dynamodb table/countersign-decisions": "BatchGetItem Query",
    "dynamodb table/countersign-executions": "BatchGetItem Query",
    "dynamodb table/countersign-ledger": "GetItem Query",
    "dynamodb table/countersign-observations": "ConditionCheckItem PutItem",
    "dynamodb table/countersign-rules": "BatchGetItem Query",
    "dynamodb table/countersign-seal": "BatchGetItem Query",
    "dynamodb table/countersign-vault": "BatchGetItem Query",
    "dynamodb table/countersign-work": "BatchGetItem Query",
    "kms key/ledger": "GetPublicKey",
  },
  "control-runs": {
    "dynamodb table/countersign-executions": "BatchGetItem Query",
    "dynamodb table/countersign-rules": "BatchGetItem Query",
    "dynamodb table/countersign-vault": "BatchGetItem ConditionCheckItem PutItem Query",
    "dynamodb table/countersign-work": "BatchGetItem ConditionCheckItem DeleteItem PutItem Query",
    "states execution:countersign-run:*": "DescribeExecution",
    "states stateMachine:countersign-run": "StartExecution",
  },
  "record-decisions": {
    "dynamodb table/countersign-decisions": "BatchGetItem ConditionCheckItem PutItem Query",
    "dynamodb table/countersign-executions": "BatchGetItem Query",
    "dynamodb table/countersign-rules": "BatchGetItem ConditionCheckItem Query",
    "dynamodb table/countersign-vault": "BatchGetItem Query",
    "dynamodb table/countersign-work": "BatchGetItem ConditionCheckItem DeleteItem PutItem Query",
  },
  "erase-subjects": {
    "dynamodb table/countersign-rules": "PutItem",
    "dynamodb table/countersign-vault": "BatchGetItem ConditionCheckItem PutItem Query",
    "dynamodb table/countersign-work": "BatchGetItem Query",
  },
  run: {
    "lambda function:countersign-end-run": "InvokeFunction",
    "lambda function:countersign-execute-call": "InvokeFunction",
    "lambda function:countersign-open-requirement": "InvokeFunction",
    "lambda function:countersign-take-agent-steps": "InvokeFunction",
  },
};

/**
 * Actions for which AWS has no resource to name, so that "*" is the narrowest: traces, samples of them, and where
 * Step Functions delivers its log (Service Authorization Reference).
 */
export const actionsOnEverything: Readonly<Record<"function" | "machine", readonly string[]>> = {
  function: ["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
  machine: [
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
  ],
};
