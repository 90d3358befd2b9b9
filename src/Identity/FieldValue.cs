namespace Pipeline.Identity;

/// <summary>Addresses that stand in a field whose name says what it holds.</summary>
internal static class FieldValue
{
    /// <summary>What a field's name promises.</summary>
    public enum Names
    {
        /// <summary>An address of any kind; bare digits are not guessed at.</summary>
        Address,

        /// <summary>A phone; some producers leave the server out.</summary>
        Phone,

        /// <summary>A LID; some producers leave the server out.</summary>
        Lid,
    }

    /// <summary>The address in the text. The server part, when there is one, outranks the field's name.</summary>
    public static WaId? Address(string? text, Names names)
    {
        if (string.IsNullOrEmpty(text)) return null;
        if (names == Names.Address || text.Contains('@')) return WaId.Parse(text);
        var digits = WaId.StripDevice(text.AsSpan().Trim());
        var address = WaId.Parse(string.Concat(digits, names == Names.Phone ? "@s.whatsapp.net" : "@lid"));
        return names == Names.Phone && address is not null ? address with { IsBare = true } : address;
    }
}
