//! The checks that need more than one form: unknown names, definition before use, recursion, cycles.

use crate::ast::{
    Block, Expr, ExprKind, Function, Item, ItemKind, Module, Pattern, PatternKind, Pos, Statement,
    StatementKind, Type, Violation,
};
use crate::library;
use crate::program::{target, Program};
use std::collections::BTreeSet;

/// Check every module of a program.
pub(crate) fn check(program: &Program) -> Vec<Violation> {
    let mut violations = Vec::new();
    for module in program.modules.values() {
        let mut names = Names {
            program,
            module,
            item: 0,
            scopes: Vec::new(),
            frozen: 0,
            violations: &mut violations,
        };
        names.imports();
        for index in 0..module.items.len() {
            names.item = index;
            names.check_item(&module.items[index]);
        }
        cycle(program, module, &mut violations);
    }
    violations
}

/// Report the first import that leads back to the module itself.
fn cycle(program: &Program, module: &Module, violations: &mut Vec<Violation>) {
    for (next, usage) in program.imports(module) {
        if reaches(program, &next, &module.path, &mut BTreeSet::new()) {
            violations.push(Violation {
                file: module.file.clone(),
                pos: usage.pos,
                reason: format!("cycle of modules: `{}` and `{next}`", module.path),
            });
            return;
        }
    }
}

fn reaches(program: &Program, from: &str, to: &str, visited: &mut BTreeSet<String>) -> bool {
    if from == to {
        return true;
    }
    let Some(module) = program.modules.get(from) else {
        return false;
    };
    visited.insert(from.to_owned())
        && program
            .imports(module)
            .any(|(next, _)| reaches(program, &next, to, visited))
}

struct Names<'a> {
    program: &'a Program,
    module: &'a Module,
    /// The number of the item that is being checked.
    item: usize,
    /// The local names, innermost scope last.
    scopes: Vec<BTreeSet<String>>,
    /// How many scopes lie outside the value that is being computed: they must not be assigned to.
    frozen: usize,
    violations: &'a mut Vec<Violation>,
}

impl Names<'_> {
    fn reject(&mut self, pos: Pos, reason: String) {
        self.violations.push(Violation {
            file: self.module.file.clone(),
            pos,
            reason,
        });
    }

    fn imports(&mut self) {
        let module = self.module;
        for usage in &module.uses {
            let known = match target(&module.path, usage) {
                None => usage
                    .module
                    .first()
                    .is_some_and(|name| name == "hacspec_lib"),
                Some(target) => {
                    self.program.modules.contains_key(&target)
                        || self.program.outside.contains_key(&target)
                }
            };
            if !known {
                let path = usage.module.join("::");
                self.reject(
                    usage.pos,
                    format!("import from `{path}`, which is not in the subset"),
                );
            }
        }
    }

    fn check_item(&mut self, item: &Item) {
        match &item.kind {
            ItemKind::Array { element, .. } => self.check_type(element),
            ItemKind::Alias(ty) => self.check_type(ty),
            ItemKind::Const { ty, value } => {
                self.check_type(ty);
                self.expr(value);
            }
            ItemKind::Enum { variants, .. } => {
                variants
                    .iter()
                    .flat_map(|v| &v.fields)
                    .for_each(|f| self.check_type(&f.ty));
            }
            ItemKind::Struct { fields, .. } => fields.iter().for_each(|f| self.check_type(&f.ty)),
            ItemKind::Function(function) => self.function(function),
        }
    }

    fn function(&mut self, function: &Function) {
        let mut scope = BTreeSet::new();
        for parameter in &function.parameters {
            self.check_type(&parameter.ty);
            scope.insert(parameter.name.clone());
        }
        self.check_type(&function.result);
        self.scopes.push(scope);
        self.result_block(&function.body);
        self.scopes.pop();
    }

    fn check_type(&mut self, ty: &Type) {
        match ty {
            Type::Name(pos, path) => match path.as_slice() {
                [name] if library::is_type(name) => {}
                [name] => self.global(*pos, name, "type"),
                _ => self.reject(*pos, format!("qualified type `{}`", path.join("::"))),
            },
            Type::Seq(inner) | Type::Option(inner) | Type::Native(inner) => self.check_type(inner),
            Type::Result(ok, error) => {
                self.check_type(ok);
                self.check_type(error);
            }
            Type::Tuple(items) => items.iter().for_each(|item| self.check_type(item)),
        }
    }

    /// A name must be known; one of this module must stand before its use.
    fn global(&mut self, pos: Pos, name: &str, what: &str) {
        let Some(global) = self.program.resolve(&self.module.path, name) else {
            self.reject(pos, format!("unknown {what} `{name}`"));
            return;
        };
        if global.module != self.module.path {
            return;
        }
        let place = self.module.items.iter().position(|item| item.name == name);
        if place == Some(self.item) {
            self.reject(pos, format!("recursion: `{name}` uses itself"));
        } else if place > Some(self.item) {
            self.reject(pos, format!("`{name}` is used before its definition"));
        }
    }

    /// A block whose value is the result of the function, or that has none: after its value nothing is read.
    fn result_block(&mut self, block: &Block) {
        self.scopes.push(BTreeSet::new());
        for statement in &block.statements {
            self.statement(statement);
        }
        if let Some(value) = &block.value {
            self.result(value);
        }
        self.scopes.pop();
    }

    /// An expression without a value, or whose value is the result of the function.
    fn result(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::If { condition, yes, no } => {
                self.expr(condition);
                self.result_block(yes);
                if let Some(no) = no {
                    self.result_block(no);
                }
            }
            ExprKind::Match { value, arms } => {
                self.expr(value);
                for arm in arms {
                    self.scopes.push(BTreeSet::new());
                    self.pattern(&arm.pattern);
                    self.result_block(&arm.body);
                    self.scopes.pop();
                }
            }
            ExprKind::Block(block) => self.result_block(block),
            _ => self.expr(expr),
        }
    }

    fn statement(&mut self, statement: &Statement) {
        match &statement.kind {
            StatementKind::Let {
                pattern, ty, value, ..
            } => {
                self.expr(value);
                if let Some(ty) = ty {
                    self.check_type(ty);
                }
                self.pattern(pattern);
            }
            StatementKind::Assign { name, value } => {
                self.local(statement.pos, name);
                self.expr(value);
            }
            StatementKind::AssignIndex { name, index, value } => {
                self.local(statement.pos, name);
                self.expr(index);
                self.expr(value);
            }
            StatementKind::Branch(branch) => self.result(branch),
            StatementKind::For {
                variable,
                from,
                to,
                body,
            } => {
                self.expr(from);
                self.expr(to);
                self.scopes.push(BTreeSet::new());
                self.pattern(variable);
                self.result_block(body);
                self.scopes.pop();
            }
        }
    }

    fn local(&mut self, pos: Pos, name: &str) {
        match self.scopes.iter().rposition(|scope| scope.contains(name)) {
            None => self.reject(pos, format!("assignment to `{name}`, which is not a local")),
            Some(scope) if scope < self.frozen => {
                self.reject(
                    pos,
                    format!("assignment, inside a value, to `{name}` outside of it"),
                );
            }
            Some(_) => {}
        }
    }

    fn is_local(&self, name: &str) -> bool {
        self.scopes.iter().any(|scope| scope.contains(name))
    }

    fn pattern(&mut self, pattern: &Pattern) {
        match &pattern.kind {
            PatternKind::Wild | PatternKind::Int(_) | PatternKind::Bool(_) => {}
            PatternKind::Bind(name) => {
                if let Some(scope) = self.scopes.last_mut() {
                    scope.insert(name.clone());
                }
            }
            PatternKind::Tuple(items) => self.patterns(items),
            PatternKind::Variant(path, items) => {
                self.constructor(pattern.pos, path);
                self.patterns(items);
            }
            PatternKind::VariantNamed(path, fields) => {
                self.constructor(pattern.pos, path);
                for (_, field) in fields {
                    self.pattern(field);
                }
            }
        }
    }

    fn patterns(&mut self, patterns: &[Pattern]) {
        for pattern in patterns {
            self.pattern(pattern);
        }
    }

    /// `Some`, `Error::Key`, or the name of a struct or array type.
    fn constructor(&mut self, pos: Pos, path: &[String]) {
        match path {
            [name] if library::is_constructor(name) => {}
            [name] => self.global(pos, name, "constructor"),
            [owner, variant] => {
                self.global(pos, owner, "type");
                self.variant(pos, owner, variant);
            }
            _ => self.reject(pos, format!("qualified name `{}`", path.join("::"))),
        }
    }

    fn variant(&mut self, pos: Pos, owner: &str, variant: &str) {
        let Some(global) = self.program.resolve(&self.module.path, owner) else {
            return;
        };
        let Some(item) = self.program.item(&global) else {
            return;
        };
        let known = match &item.kind {
            ItemKind::Enum { variants, .. } => variants.iter().any(|v| v.name == variant),
            ItemKind::Alias(_) => true,
            _ => false,
        };
        if !known {
            self.reject(pos, format!("unknown variant `{owner}::{variant}`"));
        }
    }

    fn exprs<'a>(&mut self, exprs: impl IntoIterator<Item = &'a Expr>) {
        exprs.into_iter().for_each(|expr| self.expr(expr));
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Int { .. } | ExprKind::Bool(_) | ExprKind::Bytes(_) => {}
            ExprKind::List(items) | ExprKind::Tuple(items) | ExprKind::SecretList { items, .. } => {
                self.exprs(items);
            }
            ExprKind::Repeat(a, b) | ExprKind::Index(a, b) | ExprKind::Binary(_, a, b) => {
                self.exprs([&**a, &**b]);
            }
            ExprKind::Field(a, _) | ExprKind::Not(a) => self.expr(a),
            ExprKind::Cast(a, ty) => {
                self.expr(a);
                self.check_type(ty);
            }
            ExprKind::Path(path) => self.path(expr.pos, path),
            ExprKind::Call {
                path,
                generic,
                arguments,
            } => {
                self.callee(expr.pos, path);
                if let Some(ty) = generic {
                    self.check_type(ty);
                }
                self.exprs(arguments);
            }
            ExprKind::Method {
                receiver,
                arguments,
                ..
            } => {
                self.expr(receiver);
                self.exprs(arguments);
            }
            ExprKind::If { .. } | ExprKind::Match { .. } | ExprKind::Block(_) => {
                let outer = std::mem::replace(&mut self.frozen, self.scopes.len());
                self.result(expr);
                self.frozen = outer;
            }
            ExprKind::Struct { path, fields } => {
                self.constructor(expr.pos, path);
                self.exprs(fields.iter().map(|(_, value)| value));
            }
        }
    }

    fn path(&mut self, pos: Pos, path: &[String]) {
        match path {
            [name] if self.is_local(name) => {}
            _ if path.len() == 1 && path[0].chars().all(|c| !c.is_lowercase()) => {
                self.global(pos, &path[0], "constant");
            }
            [name] if !library::is_constructor(name) => {
                self.reject(pos, format!("unknown name `{name}`"));
            }
            _ => self.constructor(pos, path),
        }
    }

    fn callee(&mut self, pos: Pos, path: &[String]) {
        match path {
            [name] if library::is_constructor(name) || library::is_function(name) => {}
            [name] => self.global(pos, name, "function"),
            [owner, name] if library::is_associated(name) => {
                if !library::is_type(owner) && owner != "Seq" {
                    self.global(pos, owner, "type");
                }
            }
            // `type R = Result<..>` and `R::Ok(..)`.
            [_, name] if library::is_constructor(name) => {}
            [owner, name] if name.starts_with(|c: char| c.is_lowercase()) => {
                self.reject(pos, format!("unknown function `{owner}::{name}`"));
            }
            _ => self.constructor(pos, path),
        }
    }
}
