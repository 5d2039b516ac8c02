"""The test suite; mirrors src, plus arch/, sip/ and e2e/."""
