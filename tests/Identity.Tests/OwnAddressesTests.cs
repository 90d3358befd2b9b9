namespace Pipeline.Identity.Tests;

public class OwnAddressesTests
{
    private static readonly OwnAddresses Own = OwnAddresses.From("972555550100:14@s.whatsapp.net", "194458137862155:14@lid");

    [Theory]
    [InlineData("972555550100@s.whatsapp.net", true)]
    [InlineData("972555550100:12@c.us", true)]
    [InlineData("194458137862155@lid", true)]
    [InlineData("194458137862155:3@hosted.lid", true)]
    [InlineData("972555550100@lid", false)]
    [InlineData("972555550101@s.whatsapp.net", false)]
    [InlineData("972555550100@g.us", false)]
    public void The_device_does_not_matter_and_the_server_does(string address, bool own) => Assert.Equal(own, Own.Contains(WaId.Parse(address)!));

    [Fact]
    public void Swapped_arguments_are_told_apart_by_their_servers() =>
        Assert.Equal(Own.Phone, OwnAddresses.From("194458137862155:14@lid", "972555550100:14@s.whatsapp.net").Phone);

    [Fact]
    public void Bare_digits_are_what_the_argument_says()
    {
        var own = OwnAddresses.From("972555550100", "194458137862155");
        Assert.Equal("+972555550100", own.Phone.ToString());
        Assert.Equal("194458137862155", own.Lid.ToString());
    }

    [Fact]
    public void Nothing_known_is_a_normal_state()
    {
        Assert.True(OwnAddresses.From(null, "").IsEmpty);
        Assert.False(OwnAddresses.None.Contains(WaId.Parse("972555550100@s.whatsapp.net")!));
    }

    [Fact]
    public void A_new_number_becomes_current_and_the_old_one_stays_own()
    {
        var moved = Own.With("972555550177@s.whatsapp.net", null);
        Assert.Equal("+972555550177", moved.Phone.ToString());
        Assert.Equal("972555550177@s.whatsapp.net", moved.Address);
        Assert.Equal(2, moved.Phones.Count);
        Assert.True(moved.Contains(WaId.Parse("972555550100@s.whatsapp.net")!));
        Assert.Equal("194458137862155", moved.Lid.ToString());
    }

    [Fact]
    public void Learning_what_is_known_changes_nothing() => Assert.Same(Own, Own.With("972555550100:2@s.whatsapp.net", "194458137862155@lid"));

    [Fact]
    public void The_registered_spelling_of_the_own_number_is_kept() =>
        Assert.Equal("553188880012@s.whatsapp.net", OwnAddresses.From("553188880012:3@s.whatsapp.net", "1@lid").Address);
}
