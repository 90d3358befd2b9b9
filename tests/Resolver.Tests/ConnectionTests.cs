using Pipeline.Streaming;

namespace Pipeline.Resolver.Tests;

public sealed class ConnectionTests
{
    private const string Postgres = "--ConnectionStrings:Postgres=Host=127.0.0.1;Database=x;Username=y";

    [Theory]
    [InlineData("--ConnectionStrings:Postgres=Host=db.example;Database=x;Username=y;Password=s3cret", "ConnectionStrings:Postgres: a connection to db.example without TLS is not protected: add SSL Mode=VerifyFull")]
    [InlineData("--ConnectionStrings:Postgres=Host=127.0.0.1,db.example;Database=x;Username=y;SSL Mode=Prefer", "a connection to db.example without TLS is not protected")]
    [InlineData("--ConnectionStrings:Redis=cache.example:6379,password=s3cret", "ConnectionStrings:Redis: a connection to cache.example without TLS is not protected: add ssl=true")]
    [InlineData("--Resolver:EndpointUrl=http://baileys.example:3000", "Resolver:EndpointUrl: http to baileys.example is not protected")]
    public async Task What_carries_phones_to_another_machine_unprotected_is_refused_before_anything_is_connected(string setting, string fault)
    {
        var (code, said) = await RunAsync(Postgres, setting);

        Assert.Equal(78, code);
        Assert.Contains(fault, said, StringComparison.Ordinal);
        Assert.Contains("its settings have 1 fault(s)", said, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--ConnectionStrings:Postgres=Host=db.example;Database=x;Username=y;SSL Mode=VerifyFull")]
    [InlineData("--ConnectionStrings:Postgres=Host=/var/run/postgresql;Database=x;Username=y")]
    [InlineData("--ConnectionStrings:Redis=cache.example:6380,ssl=true")]
    [InlineData("--Resolver:EndpointUrl=https://baileys.example")]
    [InlineData("--ConnectionStrings:Redis=cache.example:6379", "--Security:AllowPlaintext=true")]
    public async Task What_is_protected_is_not(params string[] settings)
    {
        // One fault there has to be, or the service would start.
        var (code, said) = await RunAsync([Postgres, .. settings, "--Resolver:NoSuchThing=1"]);

        Assert.Equal(78, code);
        Assert.Contains("its settings have 1 fault(s)", said, StringComparison.Ordinal);
        Assert.Contains("Resolver:NoSuchThing is not a setting", said, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Said)> RunAsync(params string[] args)
    {
        var before = Console.Error;
        using var said = new StringWriter();
        Console.SetError(said);
        try
        {
            return (await ServiceRunner.RunAsync(ResolverService.Create(args)), said.ToString());
        }
        finally
        {
            Console.SetError(before);
        }
    }
}
