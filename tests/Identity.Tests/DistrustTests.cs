namespace Pipeline.Identity.Tests;

public class DistrustTests
{
    private static bool Known(string digits) => digits is "4915155501234" or "82399031480511" or "972555550101";

    private static List<string> Digits(ReadEvent read)
    {
        var digits = new List<string>();
        read.AddPhoneDigits(digits);
        return digits;
    }

    [Fact]
    public void A_phone_address_whose_digits_are_a_known_LID_goes_on_unresolved()
    {
        var read = Reading.Message("\"remoteJid\":\"4915155501234@s.whatsapp.net\"");
        Assert.Contains("4915155501234", Digits(read));
        var distrusted = read.DistrustIfKnownAsLid(Known);
        Assert.Null(distrusted.Peer!.Phone);
        Assert.Null(distrusted.Author!.Phone);
        Assert.Equal(EvidenceSource.None, distrusted.Source);
        Assert.Equal(ReadNotes.SuffixConflict, distrusted.Notes);
        Assert.Equal((EventKind.Direct, "hey"), (distrusted.Kind, distrusted.Text));
    }

    [Fact]
    public void An_address_refused_as_a_phone_is_accepted_when_it_is_a_known_LID()
    {
        var read = Reading.Message("\"remoteJid\":\"82399031480511@s.whatsapp.net\"");
        Assert.Equal((EventKind.Error, Faults.InvalidPhone), (read.Kind, read.Fault));
        Assert.Contains("82399031480511", Digits(read));
        var distrusted = read.DistrustIfKnownAsLid(Known);
        Assert.Equal((EventKind.Direct, "hey"), (distrusted.Kind, distrusted.Text));
        Assert.Null(distrusted.Peer!.Phone);
        Assert.Equal("82399031480511@s.whatsapp.net", distrusted.Peer.Address);
    }

    [Fact]
    public void A_pair_whose_phone_is_a_known_LID_is_not_learned()
    {
        var read = Reading.Message("\"remoteJid\":\"57102938465720@lid\",\"remoteJidAlt\":\"4915155501234@s.whatsapp.net\"").DistrustIfKnownAsLid(Known);
        Assert.Empty(read.Pairs);
        Assert.Null(read.Peer!.Phone);
        Assert.Equal("57102938465720@lid", read.Peer.Address);
    }

    [Fact]
    public void A_phone_seen_beside_a_LID_of_the_same_digits_is_believed()
    {
        var read = Reading.Message("\"remoteJid\":\"972555550101@lid\",\"remoteJidAlt\":\"972555550101@s.whatsapp.net\"");
        Assert.Same(read, read.DistrustIfKnownAsLid(Known));
        Assert.Equal("+972555550101", read.Peer!.Phone.ToString());
    }

    [Fact]
    public void Everything_else_stays_as_it_is()
    {
        var read = Reading.Message("\"remoteJid\":\"12025550143@s.whatsapp.net\"");
        Assert.Same(read, read.DistrustIfKnownAsLid(Known));
    }
}
