// The command verifies exports, receipts and proofs of growth of a Countersign ledger with golang.org/x/mod/sumdb, the
// code behind the Go checksum database. It shares nothing with Countersign's own verifier but the published formats:
// C2SP signed-note, tlog-checkpoint, tlog-tiles, tlog-proof and tlog-witness.
//
// Exit status: 0 it verifies, 1 it does not, 2 it cannot be read.
package main

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/mod/sumdb/note"
)

const usage = `usage: interop log DIR VKEY
       interop receipt RECEIPT ENTRY VKEY
       interop growth OLD_CHECKPOINT PROOF VKEY`

// errUnusable marks what exits with 2.
var errUnusable = errors.New("unusable")

func main() {
	result, err := run(os.Args[1:])
	switch {
	case err == nil:
		fmt.Println("verified:", result)
	case errors.Is(err, errUnusable):
		fmt.Println(err)
		os.Exit(2)
	default:
		fmt.Println("NOT VERIFIED:", err)
		os.Exit(1)
	}
}

func run(args []string) (string, error) {
	command := ""
	if len(args) > 0 {
		command, args = args[0], args[1:]
	}
	switch {
	case command == "log" && len(args) == 2:
		return verifyLog(args[0], args[1])
	case command == "receipt" && len(args) == 3:
		return verifyReceipt(args[0], args[1], args[2])
	case command == "growth" && len(args) == 3:
		return verifyGrowth(args[0], args[1], args[2])
	default:
		return "", fmt.Errorf("%w: unknown command\n%s", errUnusable, usage)
	}
}

func readFile(path string) ([]byte, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", errUnusable, err)
	}
	return data, nil
}

func readKey(vkey string) (note.Verifier, error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return nil, fmt.Errorf("%w: verifier key: %v", errUnusable, err)
	}
	return verifier, nil
}
