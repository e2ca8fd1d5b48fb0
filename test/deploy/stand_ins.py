"""What MiniStack lacks and the deployment needs (docs/adr/0010-emulator.md); run_ministack.py runs this before it starts.

Each stand-in prints a line `stand-in: …`, by which the suite counts them.
"""

import sys
import threading
from contextvars import ContextVar

from ministack.core import lambda_runtime
from ministack.services import dynamodb, lambda_svc, stepfunctions


def put_partiql_inserts_on_streams():
    """In AWS an item that PartiQL wrote is on its table's stream like any other; MiniStack 1.5.33 leaves it out."""
    inserted = ContextVar("inserted", default=None)
    insert, execute = dynamodb._partiql_insert, dynamodb._execute_transaction

    def insert_and_remember(table, parsed):
        answer = insert(table, parsed)
        if answer[0] == 200 and inserted.get() is not None:
            inserted.get().append((table["TableName"], parsed["item"]))
        return answer

    def execute_and_tell(data):
        inserted.set([])
        answer = execute(data)
        # A transaction that was cancelled wrote nothing, whatever its statements had done before.
        for table_name, item in inserted.get() if answer[0] == 200 else []:
            dynamodb._emit_stream_event(table_name, "INSERT", None, item)
        return answer

    dynamodb._partiql_insert = insert_and_remember
    dynamodb._execute_transaction = execute_and_tell
    print("stand-in: items inserted by ExecuteTransaction are on the stream of their table", flush=True)


def hand_over_again_what_a_function_named_as_failed():
    """MiniStack 1.5.33 takes a batch of a DynamoDB stream for done whatever the function answered.

    In AWS it comes again from the first failed record on, as often as the mapping says, and then goes to the mapping's
    destination. The pauses between tries are left out. A function that throws is MiniStack's own matter.
    """
    current = ContextVar("current")
    select, execute = lambda_svc._apply_filter_criteria, lambda_svc._execute_function

    def select_and_remember(records, mapping):
        current.set(mapping)
        return select(records, mapping)

    def execute_again(function, event, *rest, **named):
        records = event.get("Records") if isinstance(event, dict) else None
        if not records or records[0].get("eventSource") != "aws:dynamodb":
            return execute(function, event, *rest, **named)
        mapping = current.get()
        for _ in range(1 + mapping["MaximumRetryAttempts"]):
            result = execute(function, {"Records": records}, *rest, **named)
            failed = [] if result.get("error") else result["body"]["batchItemFailures"]
            if not failed:
                return result
            names = {failure["itemIdentifier"] for failure in failed}
            while records[0]["dynamodb"]["SequenceNumber"] not in names:
                records = records[1:]
        lambda_svc._send_ddb_stream_failure_record(
            mapping, function, records, mapping["EventSourceArn"], result, "RetryAttemptsExhausted"
        )
        return result

    lambda_svc._apply_filter_criteria = select_and_remember
    lambda_svc._execute_function = execute_again
    print("stand-in: records that a stream's function named as failed come again, then go to dead letters", flush=True)


def fail_tasks_as_their_functions_did():
    """In AWS a task fails with its function, by the name of the error that the function threw.

    MiniStack 1.5.33 calls every error of a Node function Runtime.HandlerError, and a task with `.waitForTaskToken` waits
    on when its function has failed.
    """
    invocation = threading.local()
    waiting = ContextVar("waiting", default=None)
    invoke = lambda_runtime.Worker.invoke
    wait, call = stepfunctions._invoke_with_callback, stepfunctions._call_lambda

    unnamed = 'error: String(err.message || err), trace: err.stack || ""'
    script = lambda_runtime._NODEJS_WORKER_SCRIPT
    if unnamed not in script:
        sys.exit("stand_ins.py does not fit this MiniStack: its worker reports errors in another way.")
    lambda_runtime._NODEJS_WORKER_SCRIPT = script.replace(unnamed, f"{unnamed}, name: err.name")

    def invoke_and_note(worker, *rest, **named):
        answer = invoke(worker, *rest, **named)
        invocation.error_name = answer.get("name")
        return answer

    def remember_and_wait(resource, payload, token, state):
        waiting.set(token)
        return wait(resource, payload, token, state)

    def call_and_name(reference, event):
        token = waiting.get()
        waiting.set(None)
        invocation.error_name = None
        try:
            return call(reference, event)
        except stepfunctions._ExecutionError as error:
            error.error = invocation.error_name or error.error
            if token is not None:
                task = stepfunctions._task_tokens[token]
                task["error"] = {"Error": error.error, "Cause": error.cause}
                task["event"].set()
            raise

    lambda_runtime.Worker.invoke = invoke_and_note
    stepfunctions._invoke_with_callback = remember_and_wait
    stepfunctions._call_lambda = call_and_name
    print("stand-in: a task fails with its function, by the name of the error", flush=True)


put_partiql_inserts_on_streams()
hand_over_again_what_a_function_named_as_failed()
fail_tasks_as_their_functions_did()
