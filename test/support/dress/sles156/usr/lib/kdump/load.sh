#!/bin/sh
# Holds the place of kdump's load.sh in a test root, where nothing is ever started. What is read of it is this line:
commandline="$commandline panic=1"
exit 1
