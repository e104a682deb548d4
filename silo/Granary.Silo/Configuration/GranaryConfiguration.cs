using System.ComponentModel.DataAnnotations;
using Granary.Model;
using Microsoft.Extensions.Configuration;

namespace Granary.Silo.Configuration;

/// <summary>
/// Settings in the order of CONTRACT: built-in defaults, then <c>granary.json</c> in the data directory, then <c>GRANARY__Section__Key</c> in the
/// environment, then options of the command line.
/// </summary>
public static class GranaryConfiguration
{
    public const string FileName = "granary.json";
    public const string EnvironmentPrefix = "GRANARY__";

    /// <param name="dataDirectory">Where <see cref="FileName"/> is looked for.</param>
    /// <param name="options">From the command line, by <c>Section:Key</c>.</param>
    /// <exception cref="GranaryException">Invalid: the file is no JSON.</exception>
    public static IConfigurationRoot Load(string dataDirectory, IReadOnlyDictionary<string, string?> options)
    {
        var file = Path.GetFullPath(Path.Combine(dataDirectory, FileName));
        try
        {
            return new ConfigurationBuilder()
                .AddJsonFile(file, optional: true, reloadOnChange: false)
                .AddEnvironmentVariables(EnvironmentPrefix)
                .AddInMemoryCollection(options)
                .Build();
        }
        catch (Exception e) when (e is InvalidDataException or FormatException)
        {
            throw GranaryException.Invalid($"{file}: {(e.InnerException ?? e).Message.ReplaceLineEndings(" ")}; mend it or move it away");
        }
    }

    /// <summary>Binds and validates one section; a refusal names the key, the value's source is in <c>granary config</c>.</summary>
    public static T Get<T>(this IConfiguration configuration, string section)
        where T : class, new()
    {
        var value = new T();
        try
        {
            configuration.GetSection(section).Bind(value, o => o.ErrorOnUnknownConfiguration = true);
        }
        catch (InvalidOperationException e)
        {
            throw GranaryException.Invalid($"settings, section {section}: {e.Message.ReplaceLineEndings(" ")} ({e.InnerException?.Message ?? "see 'granary config'"})");
        }
        var problems = new List<ValidationResult>();
        if (!Validator.TryValidateObject(value, new ValidationContext(value), problems, validateAllProperties: true))
            throw GranaryException.Invalid($"settings, section {section}: {problems[0].ErrorMessage} 'granary config' shows where each value comes from");
        return value;
    }
}
