namespace Pipeline.Sink;

/// <summary>How far a message has got, as Baileys numbers it and as <c>whatsapp_message.status</c> holds it.</summary>
public static class DeliveryStatus
{
    /// <summary>The number of a status word; null for a word that is empty or unknown.</summary>
    public static short? Of(string word) => word switch
    {
        "ERROR" => 0,
        "PENDING" => 1,
        "SERVER_ACK" => 2,
        "DELIVERY_ACK" => 3,
        "READ" => 4,
        "PLAYED" => 5,
        _ => null,
    };

    /// <summary>
    /// The one that is further on: a status only rises, so receipts may come in any order. ERROR stands between PENDING and SERVER_ACK —
    /// a message that was delivered after all has not failed. The same order as the SQL function <c>status_rank</c>.
    /// </summary>
    public static short? Further(short? one, short? other) => Rank(other) > Rank(one) ? other : one;

    private static int Rank(short? status) => status switch
    {
        null => -1,
        0 => 15,
        { } known => known * 10,
    };
}
