using System.Reflection;

namespace Pipeline.Identity.Tests;

public class PhoneNumberTests
{
    [Theory]
    [InlineData("972501234567", "+972501234567")]
    [InlineData("12025550143", "+12025550143")]
    [InlineData("447700900123", "+447700900123")]
    [InlineData("553188880012", "+5531988880012")] // a mobile from before the ninth digit
    [InlineData("5531988880012", "+5531988880012")]
    [InlineData("551131230012", "+551131230012")] // a landline gets no ninth digit
    [InlineData("5215550000012", "+525550000012")]
    [InlineData("525550000012", "+525550000012")]
    [InlineData("5491155550012", "+5491155550012")]
    [InlineData("54111555550012", "+5491155550012")]
    [InlineData("541155550012", "+541155550012")] // a landline
    [InlineData("62812345678901", "+62812345678901")] // fourteen digits exist in Indonesia
    public void A_phone_address_gives_the_one_canonical_phone(string digits, string phone) =>
        Assert.Equal(phone, PhoneNumber.FromAddress(WaId.Parse(digits + "@s.whatsapp.net")!).ToString());

    [Theory]
    [InlineData("82399031480511")] // fourteen digits, which Korea does not have: a LID on the wrong server
    [InlineData("203914857316042")] // fifteen digits
    [InlineData("99999999999999999999")]
    [InlineData("123456")]
    [InlineData("0501234567")]
    [InlineData("2101234567")] // no such calling code
    public void Digits_that_can_not_be_a_phone_are_not_believed(string digits)
    {
        var address = WaId.Parse(digits + "@s.whatsapp.net")!;
        Assert.Equal(WaIdKind.User, address.Kind);
        Assert.Null(PhoneNumber.FromAddress(address));
    }

    [Theory]
    [InlineData("972501234567@lid")]
    [InlineData("972501234567@g.us")]
    [InlineData("972501234567@broadcast")]
    [InlineData("972501234567@newsletter")]
    [InlineData("972501234567@example.org")]
    public void Only_a_phone_address_gives_a_phone(string address) => Assert.Null(PhoneNumber.FromAddress(WaId.Parse(address)!));

    [Fact]
    public void A_LID_with_a_known_phone_is_still_no_phone_address()
    {
        var lid = WaId.Parse("972501234567@lid")! with { Phone = PhoneNumber.FromE164("+12025550143") };
        Assert.Null(PhoneNumber.FromAddress(lid));
    }

    [Theory]
    [InlineData("+972501234567", "+972501234567")]
    [InlineData("+5215550000012", "+525550000012")]
    [InlineData("+123456789012345", "+123456789012345")]
    [InlineData("972501234567", null)]
    [InlineData("+0501234567", null)]
    [InlineData("+123456", null)]
    [InlineData("+97250123456x", null)]
    [InlineData("+1234567890123456", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void A_stored_phone_is_read_back(string? text, string? phone) => Assert.Equal(phone, PhoneNumber.FromE164(text)?.ToString());

    [Fact]
    public void There_is_no_way_in_that_takes_a_LID()
    {
        const BindingFlags all = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;
        var phone = typeof(PhoneNumber);
        var ways = phone.GetConstructors(all).Cast<MethodBase>().Concat(phone.GetMethods(all));
        Assert.DoesNotContain(ways, w => w.GetParameters().Any(p => Mentions(p.ParameterType, typeof(Lid))));

        // Nor does anything else turn a LID alone into a phone, operators included.
        var makers = phone.Assembly.GetTypes().SelectMany(t => t.GetMethods(all)).Where(m => Mentions(m.ReturnType, phone));
        Assert.DoesNotContain(makers, m => m.GetParameters() is [var only] && Mentions(only.ParameterType, typeof(Lid)));
    }

    private static bool Mentions(Type type, Type wanted) => type == wanted || Nullable.GetUnderlyingType(type) == wanted || type.GetElementType() == wanted;
}
