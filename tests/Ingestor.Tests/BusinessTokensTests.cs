namespace Pipeline.Ingestor.Tests;

/// <summary>Who may speak for a business.</summary>
public class BusinessTokensTests
{
    private const string Key = "a signing key of at least thirty-two characters";
    private readonly BusinessTokens tokens = new(Key);

    [Theory]
    [InlineData(1)]
    [InlineData(long.MaxValue)]
    [InlineData(-7)]
    public void A_token_speaks_for_the_business_it_was_issued_to(long business) =>
        Assert.Equal(business, tokens.BusinessOf("Bearer " + BusinessTokens.Issue(Key, business)));

    [Fact]
    public void A_token_is_the_same_on_every_machine() =>
        Assert.Equal("1.AGJV8-ZO2H7BUsJd-E-e5sa4cqrKJBxQIEHmZasw4FI", BusinessTokens.Issue(Key, 1));

    [Fact]
    public void A_token_of_another_business_cannot_be_made_from_ones_own()
    {
        var own = BusinessTokens.Issue(Key, 1);
        Assert.Null(tokens.BusinessOf("Bearer 2" + own[1..]));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Bearer 1")]
    [InlineData("Bearer 1.")]
    [InlineData("Bearer .x")]
    [InlineData("Bearer 01.x")]
    [InlineData("Basic MTox")]
    [InlineData("Bearer 99999999999999999999.x")]
    public void Anything_else_speaks_for_nobody(string? header) => Assert.Null(tokens.BusinessOf(header));

    [Fact]
    public void During_a_rotation_old_and_new_tokens_work_and_after_it_only_the_new_ones()
    {
        const string next = "another signing key of at least thirty-two characters";
        var old = "Bearer " + BusinessTokens.Issue(Key, 1);
        Assert.Equal(1, new BusinessTokens(next, Key).BusinessOf(old));
        Assert.Null(new BusinessTokens(next, "").BusinessOf(old));
    }
}
