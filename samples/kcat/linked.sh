#!/bin/sh
# Looks into whatsapp.linked.v1 with plain kcat. kcat shows keys, headers, offsets and times; it does not know protobuf, so `decode` cuts
# the frame from one value and gives the rest to protoc (package protobuf-compiler, or PROTOC=/path/to/protoc).
#   linked.sh list [-o OFFSET]          one line an event: partition, offset, time, business, ce_id, ce_type
#   linked.sh count                     how many events there are, how many are repeated, and how many of each type
#   linked.sh decode PARTITION OFFSET   one event as text
# BROKERS and TOPIC name another place. OFFSET is kcat's: beginning, end, 500, -500 (the last 500 of each partition),
# s@1760000000000 (from a time, in milliseconds; the in-process broker of `pipeline up` does not look times up).
set -eu
brokers=${BROKERS:-127.0.0.1:9092}
topic=${TOPIC:-whatsapp.linked.v1}
proto=$(CDPATH='' cd -- "$(dirname -- "$0")/../../proto" && pwd)

# -X: records of aborted transactions are not events. -e: stop at the end. %h: all headers, name=value, separated by commas.
list() {
    kcat -b "$brokers" -C -t "$topic" -o "$1" -e -q -X isolation.level=read_committed -f '%p %o %T %k %h\n' |
        awk '{ id = type = $5; sub(/.*,ce_id=/, "", id); sub(/,.*/, "", id); sub(/.*,ce_type=/, "", type); sub(/,.*/, "", type); print $1, $2, $3, $4, id, type }'
}

case ${1:-} in
    list)
        [ "${2:--o}" = -o ] || { echo "linked.sh: list knows -o OFFSET only" >&2; exit 2; }
        list "${3:-beginning}"
        ;;
    count)
        # An event that comes again has the same ce_id: it counts once.
        list beginning | awk '{ if (seen[$5]++) repeated++; else { events++; types[$6]++ } }
            END { for (type in types) print types[type], type | "sort -k2"; close("sort -k2"); print events + 0 " events, " repeated + 0 " repeated" }'
        ;;
    decode)
        [ $# -eq 3 ] || { echo "usage: linked.sh decode PARTITION OFFSET" >&2; exit 2; }
        # The frame of a file's first message is 6 bytes: 0, the schema id in 4, and 0.
        kcat -b "$brokers" -C -t "$topic" -p "$2" -o "$3" -c 1 -e -q -D '' -f '%s' | tail -c +7 |
            "${PROTOC:-protoc}" --proto_path="$proto" --decode=whatsapp.v1.LinkedEvent whatsapp/v1/linked_event.proto
        ;;
    *) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p;}' "$0"; exit 2 ;;
esac
