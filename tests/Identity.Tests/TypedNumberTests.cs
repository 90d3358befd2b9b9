namespace Pipeline.Identity.Tests;

/// <summary>What the typed-number parser of either package set must give.</summary>
public class TypedNumberTests
{
    [Theory]
    [InlineData("0501234567", "IL", "+972501234567")]
    [InlineData("050-123-4567", "IL", "+972501234567")]
    [InlineData("972501234567", "IL", "+972501234567")]
    [InlineData("+972 50 123 4567", "US", "+972501234567")]
    [InlineData("+972 (0)50-123-4567", "IL", "+972501234567")]
    [InlineData("00972501234567", "IL", "+972501234567")]
    [InlineData("(202) 555-0143", "US", "+12025550143")]
    [InlineData("1 202 555 0143", "US", "+12025550143")]
    [InlineData("011 972 50 123 4567", "US", "+972501234567")]
    [InlineData("07700 900123", "GB", "+447700900123")]
    [InlineData("0171 3920012", "DE", "+491713920012")]
    [InlineData("8 916 123-45-67", "RU", "+79161234567")]
    [InlineData("06 20 123 4567", "HU", "+36201234567")]
    [InlineData("06 1234 5678", "IT", "+390612345678")]
    [InlineData("612 345 678", "ES", "+34612345678")]
    [InlineData("(31) 8888-0012", "BR", "+5531988880012")]
    [InlineData("(31) 98888-0012", "BR", "+5531988880012")]
    [InlineData("(11) 3123-0012", "BR", "+551131230012")]
    [InlineData("55 5000 0012", "MX", "+525550000012")]
    [InlineData("+52 1 55 5000 0012", "MX", "+525550000012")]
    [InlineData("011 15 5555-0012", "AR", "+5491155550012")]
    [InlineData("+54 9 11 5555 0012", "AR", "+5491155550012")]
    [InlineData("0812-3456-7890", "ID", "+6281234567890")]
    [InlineData("098765 43210", "IN", "+919876543210")]
    [InlineData("٠٥٠١٢٣٤٥٦٧", "IL", "+972501234567")]
    [InlineData("0501234567", "il", "+972501234567")]
    public void A_number_as_people_type_it_becomes_the_canonical_phone(string text, string region, string phone) =>
        Assert.Equal(phone, PhoneNumber.FromTyped(text, region)?.ToString());

    [Theory]
    [InlineData("", "IL")]
    [InlineData(null, "IL")]
    [InlineData("hello", "IL")]
    [InlineData("12", "IL")]
    [InlineData("0501234567", "")]
    [InlineData("0501234567", "ZZ")]
    [InlineData("82399031480511@lid", "IL")]
    [InlineData("972501234567@s.whatsapp.net", "IL")]
    [InlineData("+", "IL")]
    [InlineData("+99999999999999999999999999999999999999", "IL")]
    public void What_can_not_be_a_number_is_refused(string? text, string region) => Assert.Null(PhoneNumber.FromTyped(text, region));
}
