using System.CommandLine.Parsing;
using System.Globalization;
using Granary.Cli.Output;
using Granary.Model;

namespace Granary.Cli.CommandLine;

/// <summary>Readers of option values; a refusal names the option and shows what it may be.</summary>
internal static class Parse
{
    /// <summary>A word of a closed list, as JSON and files write it; case does not matter.</summary>
    public static Func<ArgumentResult, T> Word<T>(string option)
        where T : struct, Enum => result =>
        {
            var text = result.Tokens[0].Value;
            foreach (var value in Enum.GetValues<T>())
                if (Words.Snake(value).Equals(text, StringComparison.OrdinalIgnoreCase)
                    || value.ToString().Equals(text, StringComparison.OrdinalIgnoreCase)) return value;
            result.AddError($"{option} is '{text}'; it can be {string.Join(", ", Enum.GetValues<T>().Select(Words.Snake))}");
            return default;
        };

    public static Func<ArgumentResult, TimeSpan?> Duration(string option) => result =>
    {
        if (Durations.TryParse(result.Tokens[0].Value, out var span, out var error)) return span;
        result.AddError($"{option}: {error}");
        return null;
    };

    /// <summary>Refuses a number below <paramref name="least"/>.</summary>
    public static Action<OptionResult> AtLeast(string option, int least) => result =>
    {
        if (result.Implicit || result.Tokens.Count == 0) return;
        var text = result.Tokens[0].Value;
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) || value < least)
            result.AddError(string.Create(CultureInfo.InvariantCulture, $"{option} is '{text}'; it must be a whole number of at least {least}"));
    };

    /// <summary>Refuses what is no TCP port; 0 means any that is free.</summary>
    public static Action<OptionResult> Port(string option) => result =>
    {
        if (result.Implicit || result.Tokens.Count == 0) return;
        if (!ushort.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            result.AddError($"{option} is '{result.Tokens[0].Value}'; a port is 1 to 65535, or 0 for any that is free");
    };

    /// <summary>One quantity of a built-in resource.</summary>
    public static Func<ArgumentResult, long> Amount(string resource, string option) => result =>
    {
        if (Quantity.TryParse(resource, result.Tokens[0].Value, out var amount, out var error)) return amount;
        result.AddError($"{option}: {error}");
        return 0;
    };

    /// <summary><c>cpu=2,memory=1Gi,licence=3</c>, in one value or several.</summary>
    public static Func<ArgumentResult, ResourceSet> Resources(string option) => result =>
    {
        var amounts = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var part in result.Tokens.SelectMany(t => t.Value.Split(',')))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                result.AddError($"{option} is '{part}'; write NAME=AMOUNT, like cpu=2 or memory=512Mi");
                return ResourceSet.Zero;
            }
            var name = part[..equals].Trim();
            if (!Names.IsValid(name))
            {
                result.AddError($"{option}: '{name}' is no name for a resource; a name is {Names.Rule}");
                return ResourceSet.Zero;
            }
            if (!Quantity.TryParse(name, part[(equals + 1)..], out var amount, out var error))
            {
                result.AddError($"{option}: {error}");
                return ResourceSet.Zero;
            }
            amounts[name] = amount;
        }
        return ResourceSet.Of(amounts);
    };

    /// <summary><c>k=v</c> pairs; the last of two with one key holds.</summary>
    public static Func<ArgumentResult, IReadOnlyDictionary<string, string>> Pairs(string option) => result =>
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var token in result.Tokens)
        {
            var equals = token.Value.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0) result.AddError($"{option} is '{token.Value}'; write NAME=VALUE");
            else pairs[token.Value[..equals]] = token.Value[(equals + 1)..];
        }
        return pairs;
    };
}
