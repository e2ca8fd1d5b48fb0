/** Task tokens as the function that is asked gets them; whoever wants one waits for it. */
export class AskedTokens {
  readonly #asked: string[] = [];
  readonly #tokens = new Map<string, PromiseWithResolvers<string>>();

  readonly tell = (execution: string, token: string): void => {
    this.#asked.push(execution);
    this.#at(execution).resolve(token);
  };

  readonly tokenOf = (execution: string): Promise<string> => this.#at(execution).promise;

  readonly asked = (): readonly string[] => this.#asked;

  #at(execution: string): PromiseWithResolvers<string> {
    const known = this.#tokens.get(execution) ?? Promise.withResolvers<string>();
    this.#tokens.set(execution, known);
    return known;
  }
}

/** A machine whose one Task hands its token and its execution's name to the function, and waits. */
export function waitingMachine(functionName: string, timeoutSeconds: number): object {
  return {
    QueryLanguage: "JSONata",
    StartAt: "Ask",
    States: {
      Ask: {
        Type: "Task",
        Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
        Arguments: {
          FunctionName: functionName,
          Payload: {
            token: "{% $states.context.Task.Token %}",
            execution: "{% $states.context.Execution.Name %}",
          },
        },
        TimeoutSeconds: timeoutSeconds,
        End: true,
      },
    },
  };
}
