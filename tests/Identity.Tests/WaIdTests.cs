namespace Pipeline.Identity.Tests;

public class WaIdTests
{
    [Theory]
    [InlineData("972501234567@s.whatsapp.net", WaIdKind.User)]
    [InlineData("972501234567@c.us", WaIdKind.User)]
    [InlineData("972501234567:99@hosted", WaIdKind.User)]
    [InlineData("82399031480511@lid", WaIdKind.Lid)]
    [InlineData("82399031480511:99@hosted.lid", WaIdKind.Lid)]
    [InlineData("972501234567@lid", WaIdKind.Lid)]
    [InlineData("120363000000000001@g.us", WaIdKind.Group)]
    [InlineData("972501234567-1600000000@g.us", WaIdKind.Group)]
    [InlineData("status@broadcast", WaIdKind.Status)]
    [InlineData("1700000001@broadcast", WaIdKind.Broadcast)]
    [InlineData("120363111111111111@newsletter", WaIdKind.Newsletter)]
    [InlineData("867051314767696@bot", WaIdKind.Bot)]
    [InlineData("13135550002@s.whatsapp.net", WaIdKind.Bot)]
    [InlineData("13165550012@c.us", WaIdKind.Bot)]
    [InlineData("0@c.us", WaIdKind.Bot)]
    [InlineData("1-972501234567:3@interop", WaIdKind.Unknown)]
    [InlineData("972501234567@s.whatsapp.net@lid", WaIdKind.Unknown)]
    [InlineData("972501234567@LID", WaIdKind.Lid)]
    public void The_server_alone_decides_the_kind(string raw, WaIdKind kind) => Assert.Equal(kind, WaId.Parse(raw)!.Kind);

    [Theory]
    [InlineData("12025550143:0@s.whatsapp.net", "12025550143@s.whatsapp.net", 0)]
    [InlineData("12025550143_1:5@s.whatsapp.net", "12025550143@s.whatsapp.net", 5)]
    [InlineData("12025550143.0:5@s.whatsapp.net", "12025550143@s.whatsapp.net", 5)]
    [InlineData("12025550143:x@c.us", "12025550143@s.whatsapp.net", null)]
    [InlineData("12025550143:5:6@c.us", "12025550143@s.whatsapp.net", 5)]
    [InlineData(" +12025550143@s.whatsapp.net ", "12025550143@s.whatsapp.net", null)]
    [InlineData("57102938465720:99@hosted.lid", "57102938465720@lid", 99)]
    public void Device_agent_plus_and_blanks_are_no_part_of_the_person(string raw, string address, int? device)
    {
        var id = WaId.Parse(raw)!;
        Assert.Equal(address, id.Address);
        Assert.Equal(device, id.Device);
        Assert.Equal(raw, id.Raw);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("12025550143")]
    [InlineData("@s.whatsapp.net")]
    [InlineData("12025550143@")]
    [InlineData("customer@s.whatsapp.net")]
    [InlineData("customer@lid")]
    [InlineData(":5@s.whatsapp.net")]
    [InlineData("٩٧٢٥٠١٢٣٤٥٦٧@s.whatsapp.net")]
    public void What_names_nobody_is_no_address(string? raw) => Assert.Null(WaId.Parse(raw));

    [Fact]
    public void A_hosted_address_is_the_plain_one_with_a_mark()
    {
        var hosted = WaId.Parse("12025550143:99@hosted")!;
        Assert.True(hosted.IsHosted);
        Assert.Equal("s.whatsapp.net", hosted.Server);
        Assert.Equal(SamePerson.Same, hosted.RefersToSamePerson(WaId.Parse("12025550143@c.us")!));
    }

    [Fact]
    public void What_came_does_not_count_for_equality()
    {
        Assert.Equal(WaId.Parse("12025550143@c.us"), WaId.Parse(" 12025550143@s.whatsapp.net"));
        Assert.Equal(WaId.Parse("12025550143@c.us")!.GetHashCode(), WaId.Parse("12025550143@s.whatsapp.net")!.GetHashCode());
        Assert.NotEqual(WaId.Parse("12025550143@lid"), WaId.Parse("12025550143@s.whatsapp.net"));
    }

    [Theory]
    [InlineData("972555550101@s.whatsapp.net", "972555550101@c.us", SamePerson.Same)]
    [InlineData("553188880012@s.whatsapp.net", "5531988880012@s.whatsapp.net", SamePerson.Same)]
    [InlineData("972555550101@s.whatsapp.net", "972555550102@s.whatsapp.net", SamePerson.Different)]
    [InlineData("972555550101@s.whatsapp.net", "972555550101@lid", SamePerson.CannotTell)]
    [InlineData("82399031480511@lid", "82399031480511:3@hosted.lid", SamePerson.Same)]
    [InlineData("82399031480511@lid", "57102938465720@lid", SamePerson.CannotTell)]
    [InlineData("972555550101@s.whatsapp.net", "120363000000000001@g.us", SamePerson.Different)]
    [InlineData("120363000000000001@g.us", "120363000000000001@g.us", SamePerson.Same)]
    [InlineData("120363000000000001@g.us", "120363000000000002@g.us", SamePerson.Different)]
    [InlineData("13135550002@s.whatsapp.net", "972555550101@s.whatsapp.net", SamePerson.Different)]
    [InlineData("5@interop", "972555550101@s.whatsapp.net", SamePerson.CannotTell)]
    [InlineData("123456789012345@s.whatsapp.net", "972555550101@s.whatsapp.net", SamePerson.CannotTell)]
    public void Two_addresses_are_one_person_or_not_or_it_is_not_known(string one, string other, SamePerson answer)
    {
        Assert.Equal(answer, WaId.Parse(one)!.RefersToSamePerson(WaId.Parse(other)!));
        Assert.Equal(answer, WaId.Parse(other)!.RefersToSamePerson(WaId.Parse(one)!));
    }

    [Fact]
    public void Evidence_makes_a_LID_and_a_phone_one_person()
    {
        var lid = WaId.Parse("82399031480511@lid")! with { Phone = PhoneNumber.FromE164("+972555550101") };
        Assert.Equal(SamePerson.Same, lid.RefersToSamePerson(WaId.Parse("972555550101@s.whatsapp.net")!));
        Assert.Equal(SamePerson.Different, lid.RefersToSamePerson(WaId.Parse("972555550102@s.whatsapp.net")!));
    }

    [Fact]
    public void A_LID_shared_by_two_addresses_outweighs_a_changed_phone()
    {
        var lid = WaId.Parse("82399031480511@lid")!;
        var before = lid with { Phone = PhoneNumber.FromE164("+972555550101") };
        var after = lid with { Phone = PhoneNumber.FromE164("+972555550177") };
        Assert.Equal(SamePerson.Same, before.RefersToSamePerson(after));
    }
}
