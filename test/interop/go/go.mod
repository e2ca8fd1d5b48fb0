// Verifies what Countersign publishes with the code of the Go checksum database, which shares nothing with ours.
module countersign/interop

go 1.24.0

require golang.org/x/mod v0.30.0
