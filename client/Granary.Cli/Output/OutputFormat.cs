namespace Granary.Cli.Output;

/// <summary>What <c>-o</c> asks for. JSON fields are stable and may only be added to; tables are for people and may change.</summary>
internal enum OutputFormat
{
    Table,
    /// <summary>A table with more columns.</summary>
    Wide,
    Json,
    Yaml,
    /// <summary>Ids alone, one a line, as other commands take them.</summary>
    Name,
}
