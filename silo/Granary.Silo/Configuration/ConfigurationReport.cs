using System.ComponentModel;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Json;

namespace Granary.Silo.Configuration;

/// <summary>One setting in force and where it came from.</summary>
/// <param name="Key"><c>Section:Key</c>.</param>
/// <param name="Value">As text.</param>
/// <param name="Source"><c>default</c>, a file, <c>environment</c> or <c>option</c>.</param>
public sealed record ConfigurationEntry(string Key, string Value, string Source);

/// <summary>Every setting that there is, for <c>granary config</c>.</summary>
public static class ConfigurationReport
{
    /// <param name="configuration">As loaded by <see cref="GranaryConfiguration.Load"/>.</param>
    /// <param name="sections">The options type of each section.</param>
    public static IReadOnlyList<ConfigurationEntry> Describe(IConfigurationRoot configuration, IReadOnlyDictionary<string, Type> sections)
    {
        var entries = new List<ConfigurationEntry>();
        foreach (var (section, type) in sections.OrderBy(s => s.Key, StringComparer.Ordinal))
        {
            var defaults = Activator.CreateInstance(type)!;
            foreach (var property in type.GetProperties().Where(p => p.CanWrite && p.GetMethod?.IsStatic == false))
            {
                var key = $"{section}:{property.Name}";
                if (property.PropertyType == typeof(IConfigurationSection))
                {
                    // words of its own: those that are set
                    foreach (var (word, text) in configuration.GetSection(key).AsEnumerable().Where(w => w.Value is not null).OrderBy(w => w.Key, StringComparer.Ordinal))
                        entries.Add(new ConfigurationEntry(word, text!, SourceOf(configuration, word)));
                    continue;
                }
                var set = configuration[key];
                var value = set ?? Convert.ToString(property.GetValue(defaults), CultureInfo.InvariantCulture) ?? "";
                // what may hold a secret is never shown, only where it came from
                if (value.Length > 0 && property.GetCustomAttribute<PasswordPropertyTextAttribute>() is { Password: true }) value = "(set)";
                entries.Add(new ConfigurationEntry(key, value, set is null ? "default" : SourceOf(configuration, key)));
            }
        }
        return entries;
    }

    private static string SourceOf(IConfigurationRoot configuration, string key)
    {
        foreach (var provider in configuration.Providers.Reverse())
        {
            if (!provider.TryGet(key, out _)) continue;
            return provider switch
            {
                JsonConfigurationProvider json => json.Source.Path is { } path ? Path.GetFileName(path) : GranaryConfiguration.FileName,
                EnvironmentVariablesConfigurationProvider => "environment",
                _ => "option",
            };
        }
        return "default";
    }
}
