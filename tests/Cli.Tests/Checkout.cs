namespace Pipeline.Cli.Tests;

/// <summary>Files of the checkout.</summary>
internal static class Checkout
{
    public static string Root { get; } = CheckoutFolders.Find().Checkout;

    public static string File(params ReadOnlySpan<string> parts) => Path.Combine([Root, .. parts]);
}
