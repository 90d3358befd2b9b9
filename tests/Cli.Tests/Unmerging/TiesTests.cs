using Pipeline.Cli.Unmerging;

namespace Pipeline.Cli.Tests.Unmerging;

/// <summary>What holds a person together, and what is left without it.</summary>
public class TiesTests
{
    private static readonly Address Phone = new("phone", "+972555550101");
    private static readonly Address PhoneAddress = new("whatsapp", "972555550101@s.whatsapp.net");
    private static readonly Address OtherPhone = new("phone", "+972555550102");
    private static readonly Address Lid = new("whatsapp", "82399031480511@lid");
    private static readonly Address OtherLid = new("whatsapp", "82399031480512@lid");
    private static readonly Address Crm = new("crm", "4711");

    [Fact]
    public void A_phone_address_belongs_to_its_phone_without_anybody_stating_it() =>
        Assert.Equal([[Phone, PhoneAddress]], new Ties([PhoneAddress, Phone], []).PartsWithout(None()));

    [Fact]
    public void Two_spellings_of_one_subscriber_belong_to_one_phone() =>
        Assert.Single(new Ties([new("phone", "+5511987650001"), new("whatsapp", "5511987650001@s.whatsapp.net"), new("whatsapp", "551187650001@s.whatsapp.net")], []).PartsWithout(None()));

    [Fact]
    public void Without_its_only_tie_a_LID_stands_alone() =>
        Assert.Equal([[Phone, PhoneAddress], [Lid]], new Ties([Lid, Phone, PhoneAddress], [new(Phone, Lid)]).PartsWithout(None(new Tie(Phone, Lid))));

    [Fact]
    public void A_tie_that_others_stand_in_for_is_no_bridge()
    {
        Tie[] ring = [new(Phone, Lid), new(Phone, OtherLid), new(OtherPhone, Lid), new(OtherPhone, OtherLid)];
        var ties = new Ties([Phone, OtherPhone, Lid, OtherLid], ring);
        foreach (var tie in ring) Assert.Single(ties.PartsWithout(None(tie)));
        Assert.Equal([[Phone, OtherLid], [OtherPhone, Lid]], ties.PartsWithout(None(ring[0], ring[3])));
    }

    [Fact]
    public void A_person_can_come_apart_into_more_than_two()
    {
        var ties = new Ties([Phone, Lid, OtherLid], [new(Phone, Lid), new(Phone, OtherLid)]);
        Assert.Equal([[Phone], [Lid], [OtherLid]], ties.PartsWithout(None(new Tie(Phone, Lid), new Tie(Phone, OtherLid))));
    }

    [Fact]
    public void The_id_of_a_CRM_holds_together_too_and_is_on_the_way() =>
        Assert.Equal([Lid, Crm, Phone], new Ties([Phone, Lid, Crm], [new(Phone, Lid), new(Phone, Crm), new(Lid, Crm)]).Way(Lid, Phone, None(new Tie(Phone, Lid))));

    [Fact]
    public void Between_two_parts_there_is_no_way() => Assert.Empty(new Ties([Phone, Lid], [new(Phone, Lid)]).Way(Lid, Phone, None(new Tie(Phone, Lid))));

    [Fact]
    public void A_tie_to_an_address_of_somebody_else_counts_for_nothing() => Assert.Equal([[Phone], [OtherPhone]], new Ties([Phone, OtherPhone], [new(Phone, Lid), new(OtherPhone, Lid)]).PartsWithout(None()));

    private static HashSet<Tie> None(params Tie[] denied) => [.. denied];
}
