#!/bin/sh
# Runs one service, or the command line: `pipeline resolver`, `pipeline schemas register`, …
set -eu
case "${1:-}" in
  ingestor) shift; exec dotnet /app/Pipeline.Ingestor.dll "$@" ;;
  resolver) shift; exec dotnet /app/Pipeline.Resolver.dll "$@" ;;
  threadlinker) shift; exec dotnet /app/Pipeline.ThreadLinker.dll "$@" ;;
  sink) shift; exec dotnet /app/Pipeline.Sink.dll "$@" ;;
  *) exec dotnet /app/Pipeline.Cli.dll "$@" ;;
esac
