using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Servers;

namespace Pipeline.Cli.Tests.Explain;

/// <summary>What a program reads: stable names, times in RFC 3339, absent things null or empty.</summary>
[Collection(PostgresCollection.Name)]
public sealed class ExplainJsonTests(PostgresFixture postgres) : IAsyncLifetime
{
    private Explaining explain = null!;

    public async Task InitializeAsync() => explain = new Explaining(await postgres.MigratedDatabaseAsync());

    public async Task DisposeAsync() => await explain.DisposeAsync();

    [Fact]
    public async Task A_message_is_one_object_with_everything_that_is_known()
    {
        await explain.StorePersonAsync(1, 5, "+972555550101", "82399031480511");
        await explain.StoreAsync("""
            INSERT INTO lid_mappings VALUES (1, '82399031480511', '+972555550101', 'strong', 'key.remoteJidAlt', at(9), at(9), event(2), 3, 1300);
            INSERT INTO whatsapp_message (business_id, conversation_id, message_id, author_key, event_id, from_me, peer_lid, peer_source, author_lid, author_source, type, body, sent_at, raw_partition, raw_offset)
            VALUES (1, 105, '3EB0A1', 'peer', event(1), false, '82399031480511', 'none', '82399031480511', 'none', 'text', 'Are you open?', at(5), 3, 1236);
            """);

        Equal("""
            {
              "business_id": 1,
              "asked": {
                "reference": "message",
                "given": "3EB0A1",
                "understood_as": "3EB0A1",
                "note": null
              },
              "found": true,
              "own_addresses": [],
              "messages": [
                {
                  "message_id": "3EB0A1",
                  "sent_at": "2025-10-09T08:05:00Z",
                  "direction": "in",
                  "kind": "direct",
                  "type": "text",
                  "text": "Are you open?",
                  "status": null,
                  "edited_at": null,
                  "revoked": false,
                  "conversation_id": 105,
                  "conversation_key": "lead:1:5",
                  "lead_id": 5,
                  "peer": {
                    "phone": null,
                    "lid": "82399031480511",
                    "source": "none",
                    "field": null,
                    "is_business": false,
                    "phone_now": "+972555550101"
                  },
                  "author": {
                    "phone": null,
                    "lid": "82399031480511",
                    "source": "none",
                    "field": null,
                    "is_business": false,
                    "phone_now": "+972555550101"
                  },
                  "event_id": "00000000-0000-5000-8000-000000000001",
                  "position": "whatsapp.raw.v1/3@1236"
                }
              ],
              "raw_topic": null,
              "lids": [
                {
                  "lid": "82399031480511",
                  "is_own": false,
                  "phone": {
                    "phone": "+972555550101",
                    "grade": "strong",
                    "field": "key.remoteJidAlt",
                    "first_seen": "2025-10-09T08:09:00Z",
                    "last_seen": "2025-10-09T08:09:00Z",
                    "event_id": "00000000-0000-5000-8000-000000000002",
                    "position": "whatsapp.raw.v1/3@1300"
                  },
                  "conflicts": [],
                  "other_lids_of_phone": [],
                  "parked": null,
                  "rulings": [],
                  "hints": []
                }
              ],
              "waiting_pairs": [],
              "people": [
                {
                  "lead_id": 5,
                  "phone": "+972555550101",
                  "phone_rank": 2,
                  "phone_at": "2025-10-09T08:05:00Z",
                  "name": null,
                  "push_name": "Dana",
                  "push_name_at": "2025-10-09T08:06:00Z",
                  "owner": "auto",
                  "identities": [
                    {
                      "channel": "phone",
                      "external_id": "+972555550101"
                    },
                    {
                      "channel": "whatsapp",
                      "external_id": "82399031480511@lid"
                    }
                  ],
                  "merged_leads": []
                }
              ],
              "conversations": [
                {
                  "conversation_id": 105,
                  "key": "lead:1:5",
                  "kind": "direct",
                  "lead_id": 5,
                  "group_id": null,
                  "messages": 3,
                  "unread": 1,
                  "last_message_at": "2025-10-09T08:10:00Z",
                  "is_open": true,
                  "old_keys": [],
                  "merged_conversation_ids": []
                }
              ]
            }
            """, await explain.ExplainAsync("--business", "1", "--message", "3EB0A1", "--json", "--text"));
    }

    [Fact]
    public async Task A_LID_is_one_object_with_its_conflicts_and_hints()
    {
        await explain.StoreAsync("""
            INSERT INTO lid_mappings VALUES (1, '82399031480511', '+972555550101', 'strong', 'key.remoteJidAlt', at(0), at(60), event(1), 3, 10);
            INSERT INTO lid_mapping_history VALUES (1, '82399031480511', '+972555550103', 'seed', 'endpoint', at(90), at(90), event(4), NULL, NULL);
            INSERT INTO lid_parked VALUES (1, '82399031480511', 'baileys', 'business_1', event(1), 3, 1234, at(1), 0, NULL, at(11));
            INSERT INTO lid_hint VALUES (1, '82399031480511', '+972555550109', at(0), at(3), event(2), 3, 1240);
            INSERT INTO own_address VALUES (1, 'business_1', '82399031480511@lid', at(0), event(3), 3, 0);
            """);

        Equal("""
            {
              "business_id": 1,
              "asked": {
                "reference": "lid",
                "given": "82399031480511@lid",
                "understood_as": "82399031480511",
                "note": null
              },
              "found": true,
              "own_addresses": [
                {
                  "address": "82399031480511@lid",
                  "session": "business_1",
                  "last_seen": "2025-10-09T08:00:00Z",
                  "event_id": "00000000-0000-5000-8000-000000000003",
                  "position": "whatsapp.raw.v1/3@0"
                }
              ],
              "messages": [],
              "raw_topic": null,
              "lids": [
                {
                  "lid": "82399031480511",
                  "is_own": true,
                  "phone": {
                    "phone": "+972555550101",
                    "grade": "strong",
                    "field": "key.remoteJidAlt",
                    "first_seen": "2025-10-09T08:00:00Z",
                    "last_seen": "2025-10-09T09:00:00Z",
                    "event_id": "00000000-0000-5000-8000-000000000001",
                    "position": "whatsapp.raw.v1/3@10"
                  },
                  "conflicts": [
                    {
                      "phone": "+972555550103",
                      "grade": "seed",
                      "field": "endpoint",
                      "first_seen": "2025-10-09T09:30:00Z",
                      "last_seen": "2025-10-09T09:30:00Z",
                      "event_id": "00000000-0000-5000-8000-000000000004",
                      "position": null,
                      "lost_because": "weaker"
                    }
                  ],
                  "other_lids_of_phone": [],
                  "parked": {
                    "source": "baileys",
                    "session": "business_1",
                    "since": "2025-10-09T08:01:00Z",
                    "attempts": 0,
                    "asked_at": null,
                    "next_check_at": "2025-10-09T08:11:00Z",
                    "event_id": "00000000-0000-5000-8000-000000000001",
                    "position": "whatsapp.raw.v1/3@1234"
                  },
                  "rulings": [],
                  "hints": [
                    {
                      "phone": "+972555550109",
                      "first_seen": "2025-10-09T08:00:00Z",
                      "last_seen": "2025-10-09T08:03:00Z",
                      "event_id": "00000000-0000-5000-8000-000000000002",
                      "position": "whatsapp.raw.v1/3@1240"
                    }
                  ]
                }
              ],
              "waiting_pairs": [],
              "people": [],
              "conversations": []
            }
            """, await explain.ExplainAsync("--business", "1", "--lid", "82399031480511@lid", "--json"));
    }

    [Fact]
    public async Task Nothing_found_is_an_object_too_with_exit_code_1()
    {
        var (code, said, complaint) = await explain.RunAsync("--business", "1", "--lid", "82399031480511", "--json");

        Assert.Equal(ExitCode.Failed, code);
        Assert.False(JsonNode.Parse(said)!["found"]!.GetValue<bool>());
        Assert.StartsWith("pipeline: Business 1 has nothing about lid 82399031480511.\n", complaint);
    }

    private static void Equal(string expected, string actual) => Assert.Equal(Indented(expected), Indented(actual));

    private static string Indented(string json) => JsonNode.Parse(json)!.ToJsonString(new JsonSerializerOptions { WriteIndented = true });
}
