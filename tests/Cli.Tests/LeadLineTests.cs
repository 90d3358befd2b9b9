using System.Text.Json;
using Pipeline.Cli.Leads;
using Xunit;

namespace Pipeline.Cli.Tests;

/// <summary>Leads as a file gives them, one JSON object a line.</summary>
public sealed class LeadLineTests
{
    private static readonly DateTimeOffset Now = new(2025, 10, 9, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_line_becomes_a_lead_with_its_own_time()
    {
        var (lead, id, at, fault) = LeadLine.Parse("""
            {"business":"1","external_id":"crm-17","phone":"050-123-4567","region":"il","name":"Dana Levi","lids":["82399031480511@lid"],"at":"2025-01-02T03:04:05Z"}
            """).Check(Now);

        Assert.Null(fault);
        Assert.Equal((1, "crm-17", "050-123-4567", "IL", "Dana Levi"), (lead!.BusinessId, lead.ExternalId, lead.Phone, lead.Region, lead.Name));
        Assert.Equal(["82399031480511@lid"], lead.Lids);
        Assert.Equal(new DateTimeOffset(2025, 1, 2, 3, 4, 5, TimeSpan.Zero), at);
        Assert.Equal(id.ToString(), lead.EventId);
    }

    [Fact]
    public void The_same_line_has_the_same_id_however_often_it_is_given() =>
        Assert.Equal(
            LeadLine.Parse("""{"business":1,"external_id":"a","at":"2025-01-02T03:04:05Z"}""").Check(Now).EventId,
            LeadLine.Parse("""{"business":1,"external_id":"a","at":"2025-01-02T03:04:05Z"}""").Check(Now.AddDays(1)).EventId);

    [Theory]
    [InlineData("not json", "It is no JSON.")]
    [InlineData("[1]", "A lead is a JSON object.")]
    [InlineData("""{"business":1,"external_id":"a","nme":"x"}""", "It has a field 'nme'; a lead has business, external_id, phone, region, name, lids, at.")]
    [InlineData("""{"business":1,"external_id":"a","lids":"82399031480511"}""", "Its field 'lids' has a value of the wrong kind.")]
    public void What_is_no_lead_is_told_in_words(string line, string said) =>
        Assert.Equal(said, Assert.Throws<JsonException>(() => LeadLine.Parse(line)).Message);

    [Theory]
    [InlineData("""{"external_id":"a"}""", "A lead belongs to a business: a number from 1.")]
    [InlineData("""{"business":1}""", "A lead has an external id of 1 to 512 characters.")]
    [InlineData("""{"business":1,"external_id":"a","phone":"0501234567"}""", "The lead's phone cannot be read; a phone that is not international needs a region.")]
    [InlineData("""{"business":1,"external_id":"a","lids":["hello"]}""", "One of the lead's LIDs is not a LID.")]
    public void What_nobody_would_take_is_refused_before_it_is_written(string line, string said) =>
        Assert.Equal(said, LeadLine.Parse(line).Check(Now).Fault);
}
