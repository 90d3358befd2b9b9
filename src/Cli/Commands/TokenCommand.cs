using System.CommandLine;
using Pipeline.Cli.Services;
using Pipeline.Ingestor;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline token</c>.</summary>
internal static class TokenCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var business = new Option<long>("--business") { Description = "The business.", HelpName = "ID", Required = true };
        return new PipelineCommand("token", "Print the token that a business sends its events with.")
        {
            Notes = """
                The token is `<business>.<signature>`; the signature is made with the Ingestor's signing key, which is taken from
                Ingestor__SigningKey or the file that Ingestor__SigningKey_FILE names, else from a running ./pipeline up.

                Example:
                  curl -H "Authorization: Bearer $(./pipeline token --business 1)" -H 'Content-Type: application/json' \
                       --data @event.json http://127.0.0.1:8080/v1/webhooks/baileys
                """,
        }.With(business).Runs(terminal, (parsed, _) =>
        {
            terminal.Say(BusinessTokens.Issue(SigningKeys.Find(CheckoutFolders.Find()), parsed.GetValue(business)));
            return Task.FromResult(ExitCode.Ok);
        });
    }
}
