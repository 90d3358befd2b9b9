namespace Pipeline.Healing.Tests;

/// <summary>What older rows hold where an address should be, and what it is read as.</summary>
public class KnownLidsTests
{
    [Theory]
    [InlineData("972501234567@s.whatsapp.net")]
    [InlineData("972501234567:3@s.whatsapp.net")]
    [InlineData("972501234567@c.us")]
    [InlineData("+972501234567")]
    [InlineData("972501234567")]
    [InlineData(" 972501234567 ")]
    [InlineData("+972 50-123 4567")]
    public void A_phone_is_a_phone_in_every_form(string text) =>
        Assert.Equal(new Address(AddressKind.Phone, "+972501234567"), new KnownLids().Read(text));

    [Theory]
    [InlineData("551187654321", "+5511987654321")]
    [InlineData("5511987654321", "+5511987654321")]
    [InlineData("551133334444", "+551133334444")]
    [InlineData("5215512345678", "+525512345678")]
    [InlineData("525512345678@s.whatsapp.net", "+525512345678")]
    public void Two_spellings_of_one_subscriber_are_one_phone(string text, string phone) =>
        Assert.Equal(new Address(AddressKind.Phone, phone), new KnownLids().Read(text));

    [Theory]
    [InlineData("82399031480511@lid")]
    [InlineData("82399031480511:4@lid")]
    [InlineData("82399031480511")]
    [InlineData("+82399031480511")]
    [InlineData("82399031480511@s.whatsapp.net")]
    [InlineData("82399031480511:12@s.whatsapp.net")]
    public void Digits_that_cannot_be_a_phone_are_a_LID(string text) =>
        Assert.Equal(new Address(AddressKind.Lid, "82399031480511"), new KnownLids().Read(text));

    [Theory]
    [InlineData("2012345678901")]
    [InlineData("+2012345678901")]
    [InlineData("2012345678901@c.us")]
    [InlineData("2012345678901:7@s.whatsapp.net")]
    public void Digits_that_could_be_a_phone_are_a_LID_once_the_business_has_them_as_one(string text)
    {
        var lids = new KnownLids();
        Assert.Equal(AddressKind.Phone, lids.Read(text).Kind);

        lids.Learn("2012345678901@lid");
        Assert.Equal(new Address(AddressKind.Lid, "2012345678901"), lids.Read(text));
    }

    [Fact]
    public void Another_spelling_of_a_LIDs_digits_is_no_phone_either()
    {
        var lids = new KnownLids();
        lids.LearnLid("5511987654321");
        Assert.NotEqual(AddressKind.Phone, lids.Read("551187654321").Kind);
    }

    [Theory]
    [InlineData("120363041234567890@g.us", AddressKind.Group)]
    [InlineData("status@broadcast", AddressKind.NoPerson)]
    [InlineData("120363041234567890@newsletter", AddressKind.NoPerson)]
    [InlineData("13135550002@s.whatsapp.net", AddressKind.NoPerson)]
    [InlineData("Dana", AddressKind.Unreadable)]
    [InlineData("0501234567", AddressKind.Unreadable)]
    [InlineData("", AddressKind.Unreadable)]
    [InlineData(null, AddressKind.Unreadable)]
    public void What_is_nobody_stays_nobody(string? text, AddressKind kind) => Assert.Equal(kind, new KnownLids().Read(text).Kind);

    [Fact]
    public void A_number_as_people_write_it_is_read_when_the_region_is_known() =>
        Assert.Equal(new Address(AddressKind.Phone, "+972501234567"), new KnownLids("IL").Read("0501234567"));

    [Theory]
    [InlineData("82399031480511", true)]
    [InlineData("118203344556677", true)]
    [InlineData("972501234567", false)]
    [InlineData("12345", false)]
    [InlineData("00972501234567", false)]
    [InlineData("Dana", false)]
    [InlineData(null, false)]
    public void A_slip_of_the_pen_is_no_fake_phone(string? phone, bool isFake) => Assert.Equal(isFake, new KnownLids().IsFakePhone(phone));
}
