using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Granary.EmbeddedHost.CodeGenerator;

/// <summary>Writes, per assembly: a reference class and a call class per method for each grain interface, a codec for each
/// <c>[GenerateSerializer]</c> type, a factory for each grain class, and a module initializer that registers them.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class GrainGenerator : IIncrementalGenerator
{
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var parts = context.SyntaxProvider
            .CreateSyntaxProvider(
                static (node, _) => IsCandidate(node),
                static (found, cancel) => found.SemanticModel.GetDeclaredSymbol((TypeDeclarationSyntax)found.Node, cancel) is INamedTypeSymbol symbol
                    && IsFirstDeclaration(symbol, found.Node)
                    ? PartFactory.Create(symbol, found.SemanticModel.Compilation)
                    : null)
            .Where(static part => part is not null);

        context.RegisterSourceOutput(parts, static (output, part) =>
        {
            foreach (var diagnostic in part!.Diagnostics)
                output.ReportDiagnostic(diagnostic.ToDiagnostic());
            if (part.Source.Length > 0)
                output.AddSource(part.HintName, SourceText.From(part.Source, Encoding.UTF8));
        });

        var references = context.CompilationProvider.Select(static (compilation, _) => References(compilation));
        var registrations = parts.Select(static (part, _) => part!.Registrations).Collect();
        context.RegisterSourceOutput(registrations.Combine(references), static (output, both) =>
        {
            var source = Registration.Write(both.Left, both.Right);
            if (source.Length > 0)
                output.AddSource("GrainRegistration.g.cs", SourceText.From(source, Encoding.UTF8));
        });
    }

    private static bool IsCandidate(SyntaxNode node)
        => node is TypeDeclarationSyntax type && (type.BaseList is not null || type.AttributeLists.Count > 0);

    /// <summary>A partial type is written once, for the first of its declarations that is a candidate.</summary>
    private static bool IsFirstDeclaration(INamedTypeSymbol symbol, SyntaxNode node)
        => symbol.DeclaringSyntaxReferences.Select(r => r.GetSyntax()).FirstOrDefault(IsCandidate) is { } first
            && first.SyntaxTree == node.SyntaxTree && first.Span == node.Span;

    /// <summary>The assembly's name and those of referenced assemblies with generated code, as one comparable text.</summary>
    private static string References(Compilation compilation)
    {
        var names = compilation.SourceModule.ReferencedAssemblySymbols
            .Where(a => a.GetAttributes().Any(x => x.AttributeClass?.ToDisplayString() == Names.GrainAssembliesAttribute))
            .Select(a => a.Identity.Name)
            .OrderBy(n => n, System.StringComparer.Ordinal);
        return compilation.AssemblyName + "|" + string.Join("|", names);
    }
}
