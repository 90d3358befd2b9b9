namespace Pipeline.Identity.Tests;

public class EvidenceLadderTests
{
    private static readonly PhoneNumber? One = PhoneNumber.FromE164("+972555550101");
    private static readonly PhoneNumber? Two = PhoneNumber.FromE164("+972555550102");
    private static readonly PartyEvidence Unresolved = Reading.Message("\"remoteJid\":\"82399031480511@lid\"").Peer!;

    [Fact]
    public void What_the_event_says_wins()
    {
        var direct = Reading.Message("\"remoteJid\":\"12025550143@s.whatsapp.net\"").Peer!;
        Assert.Same(direct, EvidenceLadder.Resolve(direct, One, Two));
    }

    [Fact]
    public void Then_the_table_then_the_session_then_nothing()
    {
        Assert.Equal((One, EvidenceSource.Table), Answer(EvidenceLadder.Resolve(Unresolved, One, Two)));
        Assert.Equal((Two, EvidenceSource.Endpoint), Answer(EvidenceLadder.Resolve(Unresolved, null, Two)));
        Assert.Equal((null, EvidenceSource.None), Answer(EvidenceLadder.Resolve(Unresolved, null, null)));
    }

    [Fact]
    public void A_resolved_LID_is_still_written_to_under_its_LID() =>
        Assert.Equal("82399031480511@lid", EvidenceLadder.Resolve(Unresolved, One, null).Address);

    [Fact]
    public void Nothing_answers_for_a_party_without_a_LID()
    {
        var nobody = new PartyEvidence(null, null, EvidenceSource.None, null, null, false);
        Assert.Same(nobody, EvidenceLadder.Resolve(nobody, One, Two));
    }

    private static (PhoneNumber?, EvidenceSource) Answer(PartyEvidence party) => (party.Phone, party.Source);
}
